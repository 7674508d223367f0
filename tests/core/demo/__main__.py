"""`python -m tests.core.demo`: what manage.py is to the API of a team."""

from api.core.cli.main import main
from tests.core.demo import application

if __name__ == "__main__":
    main(application)
