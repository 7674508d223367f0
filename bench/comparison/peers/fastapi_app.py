"""An API of FastAPI, SQLAlchemy and pydantic, guarded by Auth0's plugin for FastAPI.

Its list, its reading of one message and its creation are served twice: guarded under /api, and
without a guard under /open.
"""

import os
from collections.abc import Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import Depends, FastAPI, HTTPException, Query
from fastapi_plugin import Auth0FastAPI
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import create_engine, event, insert, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

# FastAPI's tutorial on databases sets check_same_thread likewise.
engine = create_engine(os.environ["DATABASE_URL"], connect_args={"check_same_thread": False})
session_of = sessionmaker(engine, expire_on_commit=False)
auth0 = Auth0FastAPI(domain=os.environ["AUTH0_DOMAIN"], audience=os.environ["AUTH0_AUDIENCE"])


@event.listens_for(engine, "connect")
def prepare(connection: Any, _record: Any) -> None:
    """Set the fast way of SQLite, which may lose the last commits when the machine loses power."""
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")


class Base(DeclarativeBase):
    pass


class Message(Base):
    __tablename__ = "messages"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    text: Mapped[str]
    author: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(index=True, default=lambda: datetime.now(UTC))
    updated_at: Mapped[datetime] = mapped_column(default=lambda: datetime.now(UTC))


class MessageDraft(BaseModel):
    text: Annotated[str, Field(min_length=1, max_length=2000)]


class MessagePublic(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    text: str
    author: str
    created_at: datetime
    updated_at: datetime


def get_session() -> Iterator[Session]:
    with session_of() as session:
        yield session


@asynccontextmanager
async def lifespan(_app: FastAPI) -> Any:
    Base.metadata.create_all(engine)
    rows = [{"text": f"message {n}", "author": "auth0|ann"} for n in range(int(os.environ["ROWS"]))]
    with session_of.begin() as session:
        session.execute(insert(Message), rows)
    yield


app = FastAPI(lifespan=lifespan)
SessionDep = Annotated[Session, Depends(get_session)]


@app.get("/api/public")
async def public() -> dict[str, str]:
    return {
        "message": "Hello from a public endpoint! You don't need to be authenticated to see this."
    }


@app.get("/api/private", dependencies=[Depends(auth0.require_auth())])
async def private() -> dict[str, str]:
    return {"message": "Hello from a private endpoint! You need to be authenticated to see this."}


reads = [Depends(auth0.require_auth(scopes="read:messages"))]
writes = [Depends(auth0.require_auth(scopes="write:messages"))]


def list_messages(
    session: SessionDep, limit: Annotated[int, Query(ge=1, le=200)] = 50, offset: int = 0
) -> Any:
    newest = select(Message).order_by(Message.created_at.desc()).offset(offset).limit(limit)
    return session.scalars(newest).all()


def get_message(message_id: UUID, session: SessionDep) -> Any:
    message = session.get(Message, message_id)
    if message is None:
        raise HTTPException(404, "No such message")
    return message


def create_message(draft: MessageDraft, session: SessionDep) -> Any:
    message = Message(text=draft.text, author="auth0|ann")
    session.add(message)
    session.commit()
    return message


for prefix, read, write in (("/api", reads, writes), ("/open", [], [])):
    app.get(f"{prefix}/messages", response_model=list[MessagePublic], dependencies=read)(
        list_messages
    )
    app.get(f"{prefix}/messages/{{message_id}}", response_model=MessagePublic, dependencies=read)(
        get_message
    )
    app.post(
        f"{prefix}/messages", response_model=MessagePublic, status_code=201, dependencies=write
    )(create_message)
