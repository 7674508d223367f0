"""The worker processes of `serve`. In reading order:

worker     the start and the end of a process
gateway    the ASGI application, which calls the WSGI application in threads
threads    the threads that handle requests
body       the reading of request bodies without a thread
environ    the WSGI environment of a request (PEP 3333)
"""
