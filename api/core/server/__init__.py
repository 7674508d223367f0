"""A worker process of `serve`. In reading order:

worker     what a process does at its start, and when it ends
gateway    the WSGI application behind an asynchronous server
body       a request's body, read before a thread is taken
environ    a request as WSGI describes it (PEP 3333)
"""
