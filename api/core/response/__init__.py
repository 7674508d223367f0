"""What a method answers: the parts of what it returns, and the response made of them.

In reading order:

returned        value, status and headers of what a method returns
plain           the response of a method without a contract
answers         the answers that a method declares
negotiation     the media type, chosen by Accept
contents        what a method writes itself: text, bytes, streams, files
writer          the response of a method with a contract
checking        a response against what is declared
marshalling     marshal_with of Flask-RESTX
masks           its header X-Fields
errorhandlers   its error handlers
"""
