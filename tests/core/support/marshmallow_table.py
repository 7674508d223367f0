"""A table of marshmallow's idioms, and an application with an operation for each.

A row has a field, values that a request may have for it, as they come back, and values that it may
not have. The operation `POST /table/NAME` takes `{"it": value}`, and answers what was read.
"""

import enum
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any, ClassVar

from marshmallow import (
    EXCLUDE,
    INCLUDE,
    Schema,
    ValidationError,
    fields,
    post_dump,
    post_load,
    pre_load,
    validate,
    validates,
    validates_schema,
)
from marshmallow_oneofschema.one_of_schema import OneOfSchema
from webargs.fields import DelimitedList, DelimitedTuple

from api.core.bridge import Namespace, Resource
from api.core.guard import public


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Mixed(enum.Enum):
    ONE = 1
    TWO = "two"
    NONE = None


class Leaf(Schema):
    """A leaf"""

    name = fields.Str(required=True, validate=validate.Length(1, 20))
    size = fields.Int(load_default=3)


class Tree(Schema):
    """A tree of itself"""

    name = fields.Str(required=True)
    children = fields.List(fields.Nested(lambda: Tree()))
    parent = fields.Nested(lambda: Tree(only=("name",)), allow_none=True)


class Author(Schema):
    """An author has books, which have an author"""

    name = fields.Str(required=True)
    books = fields.List(fields.Nested("Book", exclude=("author",)))


class Book(Schema):
    """A book"""

    title = fields.Str(required=True)
    author = fields.Nested(Author, only=("name",))


class Account(Schema):
    """What is read is not what is written"""

    id = fields.Int(dump_only=True)
    login = fields.Str(required=True)
    password = fields.Str(required=True, load_only=True)


class Open(Schema):
    """Any further member is kept"""

    class Meta:
        unknown = INCLUDE

    name = fields.Str(required=True)


class Renamed(Schema):
    """Names of its own"""

    first = fields.Str(data_key="First-Name", required=True)
    inner = fields.Str(attribute="deep.inner", data_key="deep")


class Range(Schema):
    """Two members that belong together"""

    low = fields.Int(required=True)
    high = fields.Int(required=True)

    @validates_schema
    def check_order(self, data: dict[str, int], **_: Any) -> None:
        if data["low"] > data["high"]:
            raise ValidationError("low is above high.")

    @validates("low")
    def check_low(self, value: int, **_: Any) -> None:
        if value == 13:
            raise ValidationError("Not 13.")


class Hooked(Schema):
    """What is read and written passes hooks"""

    name = fields.Str(required=True)

    @pre_load
    def strip(self, data: Any, **_: Any) -> Any:
        if isinstance(data, dict) and isinstance(data.get("name"), str):
            return {**data, "name": data["name"].strip()}
        return data

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {**data, "read": True}

    @post_dump
    def add(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {**data, "length": len(data["name"])}


class Circle(Schema):
    """A circle"""

    radius = fields.Int(required=True, strict=True)


class Square(Schema):
    """A square"""

    side = fields.Float(required=True)
    inner = fields.Nested(lambda: Shape(), allow_none=True)


class Shape(OneOfSchema):
    """A shape"""

    type_schemas = {"circle": Circle, "big-square": Square}  # noqa: RUF012

    def get_obj_type(self, obj: dict[str, Any]) -> str:
        return "circle" if "radius" in obj else "big-square"


class Kept(OneOfSchema):
    """A shape whose type is a member of its own"""

    type_field = "kind"
    type_field_remove = False
    type_schemas = {  # noqa: RUF012
        "circle": Schema.from_dict({"kind": fields.Str(), "radius": fields.Int()}, name="Keeper")
    }

    def get_obj_type(self, _obj: Any) -> str:
        return "circle"


class Guessed(OneOfSchema):
    """A shape whose type follows from its members"""

    type_schemas = {"circle": Circle, "big-square": Square}  # noqa: RUF012

    def get_data_type(self, data: Any) -> str:
        return "circle" if "radius" in data else "big-square"

    def get_obj_type(self, obj: dict[str, Any]) -> str:
        return "circle" if "radius" in obj else "big-square"


class Rgb(fields.Field[str]):
    """A colour as #rrggbb, which describes itself."""

    json_schema: ClassVar = {"type": "string", "pattern": "^#[0-9a-f]{6}$"}

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str:
        if not isinstance(value, str) or not re.fullmatch("#[0-9a-f]{6}", value):
            raise ValidationError("Not a colour.")
        return value


class Upper(fields.Str):
    """A text in capitals: what it is on the wire is what Str is."""

    def _deserialize(self, *args: Any, **kwargs: Any) -> str:
        return super()._deserialize(*args, **kwargs).upper()


def is_even(value: int) -> None:
    if value % 2:
        raise ValidationError("Not even.")


class Reader(Schema):
    """Methods that read and write"""

    it = fields.Method("write", deserialize="read", required=True)

    def write(self, obj: dict[str, Any]) -> Any:
        return obj["it"]

    def read(self, value: Any) -> Any:
        if not isinstance(value, str):
            raise ValidationError("Not a text.")
        return value


@dataclass(frozen=True, kw_only=True)
class Row:
    """An idiom.

    :param it: makes the field
    :param good: what may be sent, each with what is answered for it, where that is something else
    :param bad: what is refused
    :param unsaid: what is refused although no schema can say so
    """

    it: Callable[[], Any]
    good: tuple[Any, ...] = ()
    changed: tuple[tuple[Any, Any], ...] = ()
    bad: tuple[Any, ...] = ()
    unsaid: tuple[Any, ...] = ()

    @property
    def pairs(self) -> list[tuple[Any, Any]]:
        return [*((value, value) for value in self.good), *self.changed]


BIG = 2**80
UNITS = ("weeks", "days", "hours", "minutes", "seconds", "milliseconds")


def _timedelta(unit: str) -> Row:
    return Row(it=lambda: fields.TimeDelta(unit), good=(1.5, -2.0), bad=("x", 1e30, "1.5", True))


EXACT = "1234567890123456789.12"

ROWS: dict[str, Row] = {
    "string": Row(
        it=fields.Str, good=("a", "", "ü\u2028\0"), bad=(1, True, ["a"], {}), unsaid=("\ud800",)
    ),
    "string-length": Row(
        it=lambda: fields.Str(validate=validate.Length(2, 4)),
        good=("ab", "abcd"),
        bad=("a", "abcde"),
    ),
    "string-equal-length": Row(
        it=lambda: fields.Str(validate=validate.Length(equal=3)), good=("abc",), bad=("ab",)
    ),
    "uuid": Row(
        it=fields.UUID, good=("0192f0c1-2345-7abc-8def-0123456789ab",), bad=("0192", 5, None)
    ),
    "integer": Row(it=fields.Int, good=(0, -5, BIG, -BIG), bad=("x", "5", 1.5, True, [], None)),
    "integer-whole": Row(it=fields.Int, changed=((6416.0, 6416),)),
    "integer-strict": Row(
        it=lambda: fields.Int(strict=True),
        good=(1, BIG),
        changed=((5.0, 5),),
        bad=(1.5, "1", False),
    ),
    "integer-text": Row(
        it=lambda: fields.Int(as_string=True),
        good=("12", str(BIG)),
        changed=((12, "12"),),
        bad=("x", 1.5, True),
    ),
    "integer-range": Row(
        it=lambda: fields.Int(validate=validate.Range(1, 9)), good=(1, 9), bad=(0, 10)
    ),
    "integer-open-range": Row(
        it=lambda: fields.Int(
            validate=validate.Range(1, 9, min_inclusive=False, max_inclusive=False)
        ),
        good=(2, 8),
        bad=(1, 9),
    ),
    "float": Row(
        it=fields.Float, good=(1.5, -0.25, 1e300), changed=((2, 2.0),), bad=("1.5", True, "nan", {})
    ),
    "float-text": Row(
        it=lambda: fields.Float(as_string=True), good=("1.5",), changed=((1.5, "1.5"),), bad=("x",)
    ),
    "decimal": Row(
        it=fields.Decimal, good=(Decimal(EXACT), Decimal("0.10"), 7), bad=("x", True, "1.5")
    ),
    "decimal-text": Row(
        it=lambda: fields.Decimal(as_string=True),
        good=(EXACT, "0.10", "-5"),
        changed=((Decimal(EXACT), EXACT), (3, "3")),
        bad=("x", "NaN", True, "1e999999999", "1_0", " 1"),
    ),
    "decimal-places": Row(
        it=lambda: fields.Decimal(places=2),
        good=(Decimal("1.25"),),
        changed=((Decimal("1.999"), Decimal("2.00")),),
        bad=("x", 10**30),
    ),
    "decimal-range": Row(
        it=lambda: fields.Decimal(validate=validate.Range(Decimal("0.5"), Decimal(10))),
        good=(Decimal("0.5"), 10),
        bad=(Decimal("0.49"), 11),
        unsaid=(Decimal("0.4999999999999999999"),),
    ),
    "boolean": Row(it=fields.Bool, good=(True, False), bad=("yes", 1, 0, "maybe", [])),
    "boolean-words": Row(
        it=lambda: fields.Bool(truthy={"ja"}, falsy={"nein", 0}),
        changed=(("ja", True), ("nein", False), (0, False)),
        bad=(True, "yes", 1, "x"),
    ),
    "datetime": Row(
        it=fields.DateTime,
        good=("2026-01-02T03:04:05+00:00", "2026-01-02T03:04:05.678901+02:00"),
        changed=(("2026-01-02T03:04:05Z", "2026-01-02T03:04:05+00:00"),),
        bad=("tomorrow", 5, "2026-13-01T00:00:00Z"),
    ),
    "datetime-naive": Row(
        it=fields.NaiveDateTime,
        good=("2026-01-02T03:04:05",),
        bad=("2026-01-02T03:04:05Z", "x", 5),
    ),
    "datetime-to-naive": Row(
        it=lambda: fields.NaiveDateTime(timezone=UTC),
        good=("2026-01-02T03:04:05",),
        changed=(("2026-01-02T03:04:05+02:00", "2026-01-02T01:04:05"),),
        bad=("x", 5),
    ),
    "datetime-range": Row(
        it=lambda: fields.DateTime(validate=validate.Range(datetime(2026, 1, 1))),
        good=("2026-01-02T03:04:05",),
        bad=("2026-01-02T03:04:05Z",),
        unsaid=("2025-01-02T03:04:05",),
    ),
    "datetime-aware-range": Row(
        it=lambda: fields.DateTime(validate=validate.Range(datetime(2026, 1, 1, tzinfo=UTC))),
        good=("2026-01-02T03:04:05+00:00",),
        bad=("2026-01-02T03:04:05",),
    ),
    "time-range": Row(
        it=lambda: fields.Time(validate=validate.Range(time(8))),
        good=("09:00:00",),
        bad=("09:00:00+02:00",),
        unsaid=("07:00:00",),
    ),
    "datetime-aware": Row(
        it=fields.AwareDateTime,
        good=("2026-01-02T03:04:05+02:00",),
        bad=("2026-01-02T03:04:05", "x"),
    ),
    "datetime-rfc": Row(
        it=lambda: fields.DateTime(format="rfc"),
        good=("Fri, 02 Jan 2026 03:04:05 +0200",),
        changed=(("2 Jan 2026 03:04 EST", "Fri, 02 Jan 2026 03:04:00 -0500"),),
        bad=("x", "2026-01-02", "Fri, 02 Jan 2026 03:04:05 GMT*", 5),
    ),
    "datetime-timestamp": Row(
        it=lambda: fields.DateTime(format="timestamp"), good=(1767322800.5,), bad=(-1, "x", True)
    ),
    "datetime-timestamp-ms": Row(
        it=lambda: fields.DateTime(format="timestamp_ms"), good=(1767322800500.0,), bad=(-1, "x")
    ),
    "datetime-strftime": Row(
        it=lambda: fields.DateTime(format="%d/%m/%Y %H:%M"),
        good=("02/01/2026 03:04",),
        bad=("2026-01-02", "02/13/2026 03:04"),
    ),
    "date": Row(it=fields.Date, good=("2026-01-02",), bad=("2026-02-30", "x", 5)),
    "date-strftime": Row(
        it=lambda: fields.Date(format="%d.%m.%Y"), good=("02.01.2026",), bad=("2026-01-02",)
    ),
    "time": Row(it=fields.Time, good=("03:04:05", "03:04:05.678000"), bad=("25:00:00", "x", 5)),
    "time-strftime": Row(
        it=lambda: fields.Time(format="%H:%M"), good=("03:04",), bad=("24:00", "03:04:05")
    ),
    **{f"timedelta-{unit}": _timedelta(unit) for unit in UNITS},
    "timedelta-microseconds": Row(
        it=lambda: fields.TimeDelta("microseconds"), good=(15.0,), bad=("x", 1e30)
    ),
    "email": Row(it=fields.Email, good=("ann@example.com",), bad=("ann", 5)),
    "url": Row(it=fields.Url, good=("https://example.com/a?b=c",), bad=("example", 5)),
    "url-relative": Row(it=lambda: fields.Url(relative=True), good=("/a/b",), bad=(5,)),
    "ip": Row(it=fields.IP, good=("192.0.2.1", "2001:db8::1"), bad=("192.0.2", 5)),
    "ipv4": Row(it=fields.IPv4, good=("192.0.2.1",), bad=("2001:db8::1",)),
    "ipv6": Row(it=fields.IPv6, good=("2001:db8::1",), bad=("192.0.2.1",)),
    "ip-interface": Row(
        it=fields.IPInterface, good=("192.0.2.1/24", "2001:db8::1/64"), bad=("192.0.2.1/33", 5)
    ),
    "ipv4-interface": Row(it=fields.IPv4Interface, good=("192.0.2.1/24",), bad=("::/0",)),
    "ipv6-interface": Row(it=fields.IPv6Interface, good=("2001:db8::/32",), bad=("1.2.3.4/8",)),
    "enum": Row(it=lambda: fields.Enum(Colour), good=("RED", "BLUE"), bad=("red", 1, [], None)),
    "enum-value": Row(
        it=lambda: fields.Enum(Colour, by_value=True), good=("red",), bad=("RED", 1, {}, None)
    ),
    "enum-integer": Row(
        it=lambda: fields.Enum(Level, by_value=True), good=(1, 2), bad=(3, "1", True, [])
    ),
    "enum-typed": Row(
        it=lambda: fields.Enum(Level, by_value=fields.Int), good=(1,), bad=(3, "x", "1")
    ),
    "enum-mixed": Row(
        it=lambda: fields.Enum(Mixed, by_value=True), good=(1, "two", None), bad=(2, "one")
    ),
    "raw": Row(it=fields.Raw, good=(1, "a", [1, {"b": None}], {"c": 1.5}, Decimal(EXACT), BIG)),
    "constant": Row(it=lambda: fields.Constant("v1"), good=("v1",), bad=("v2", 1, None)),
    "function": Row(
        it=lambda: fields.Function(lambda obj: obj["it"], deserialize=lambda value: value),
        good=("a", [1]),
    ),
    "custom": Row(it=Rgb, good=("#00ff00",), bad=("green", 5)),
    "custom-string": Row(it=Upper, good=("A",), changed=(("a", "A"),), bad=(5,)),
    "one-of": Row(
        it=lambda: fields.Str(validate=validate.OneOf({"b", "a", "c"})), good=("a",), bad=("d",)
    ),
    "one-of-integer": Row(
        it=lambda: fields.Int(validate=validate.OneOf([1, 2])), good=(1,), bad=(3,)
    ),
    "none-of": Row(
        it=lambda: fields.Str(validate=validate.NoneOf(["x", "y"])), good=("a",), bad=("x",)
    ),
    "contains-only": Row(
        it=lambda: fields.List(fields.Str(), validate=validate.ContainsOnly(["a", "b"])),
        good=(["a"], []),
        bad=(["c"],),
    ),
    "contains-none-of": Row(
        it=lambda: fields.List(fields.Str(), validate=validate.ContainsNoneOf(["a", "b"])),
        good=(["c"],),
        bad=(["a"],),
    ),
    "equal": Row(it=lambda: fields.Str(validate=validate.Equal("yes")), good=("yes",), bad=("no",)),
    "regexp": Row(
        it=lambda: fields.Str(validate=validate.Regexp(r"\A[a-z]+\d?\Z", re.IGNORECASE)),
        good=("abc", "ABC1"),
        bad=("1", ""),
    ),
    "regexps": Row(
        it=lambda: fields.Str(validate=[validate.Regexp("[a-z]+$"), validate.Regexp("x|y")]),
        good=("xa",),
        bad=("ax", "x1"),
    ),
    "and": Row(
        it=lambda: fields.Int(
            validate=validate.And(validate.Range(0, 10), validate.Range(5), is_even)
        ),
        good=(6,),
        bad=(4, 12),
        unsaid=(7,),
    ),
    "email-validator": Row(
        it=lambda: fields.Str(validate=validate.Email()), good=("a@example.com",), bad=("a",)
    ),
    "url-validator": Row(
        it=lambda: fields.Str(validate=validate.URL()), good=("http://example.com",), bad=("a",)
    ),
    "predicate": Row(
        it=lambda: fields.Str(validate=validate.Predicate("islower")), good=("a",), unsaid=("A",)
    ),
    "list": Row(
        it=lambda: fields.List(fields.Int()), good=([], [1, BIG]), bad=({}, "a", ["x"], [1.5])
    ),
    "list-length": Row(
        it=lambda: fields.List(fields.Str(), validate=validate.Length(1, 2)),
        good=(["a"],),
        bad=([], ["a", "b", "c"]),
    ),
    "list-of-null": Row(it=lambda: fields.List(fields.Int(allow_none=True)), good=([1, None],)),
    "list-of-lists": Row(
        it=lambda: fields.List(fields.List(fields.Decimal(as_string=True))),
        changed=(([[Decimal(EXACT)]], [[EXACT]]),),
        bad=([["x"]],),
    ),
    "tuple": Row(
        it=lambda: fields.Tuple((fields.Str(), fields.Int())),
        good=(["a", 1],),
        bad=(["a"], ["a", "b"], ["a", 1, 2], "a1"),
    ),
    "tuple-of-nested": Row(
        it=lambda: fields.Tuple((fields.Nested(Leaf), fields.Bool())),
        changed=(([{"name": "a"}, True], [{"name": "a", "size": 3}, True]),),
        bad=([{"name": ""}, True], [{"name": "a"}, 1]),
    ),
    "dict": Row(it=fields.Dict, good=({}, {"a": [1, {"b": 1.5}]}), bad=([], "a")),
    "dict-typed": Row(
        it=lambda: fields.Dict(
            keys=fields.Str(validate=validate.Length(max=2)), values=fields.Int()
        ),
        good=({"a": 1},),
        bad=({"abc": 1}, {"a": "x"}, {"a": "1"}),
    ),
    "dict-integer-keys": Row(
        it=lambda: fields.Dict(keys=fields.Int(), values=fields.Str()),
        good=({"1": "a", "-20": "b"},),
        bad=({"x": "a"}, {"1": 5}),
        unsaid=({"1": "a", "01": "b"},),
    ),
    "dict-uuid-keys": Row(
        it=lambda: fields.Dict(keys=fields.UUID(), values=fields.Nested(Leaf)),
        changed=(
            (
                {"0192f0c1-2345-7abc-8def-0123456789ab": {"name": "a"}},
                {"0192f0c1-2345-7abc-8def-0123456789ab": {"name": "a", "size": 3}},
            ),
        ),
        bad=({"0192f0c1-2345-7abc-8def-0123456789ab": {"name": 5}}, {"x": {"name": "a"}}),
    ),
    "dict-enum-keys": Row(
        it=lambda: fields.Dict(keys=fields.Enum(Colour), values=fields.Bool()),
        good=({"RED": True},),
        bad=({"red": True}, {"RED": "yes"}),
    ),
    "dict-length": Row(
        it=lambda: fields.Dict(validate=validate.Length(1)), good=({"a": 1},), bad=({},)
    ),
    "nested": Row(
        it=lambda: fields.Nested(Leaf),
        good=({"name": "a", "size": 5},),
        changed=(({"name": "a"}, {"name": "a", "size": 3}),),
        bad=({}, {"name": ""}, {"name": "a", "more": 1}, {"name": "a", "size": "5"}, [], None),
    ),
    "nested-many": Row(
        it=lambda: fields.Nested(Leaf, many=True, validate=validate.Length(max=2)),
        good=([{"name": "a", "size": 5}], []),
        bad=([{}], {}, [{"name": "a"}] * 3),
    ),
    "nested-instance": Row(
        it=lambda: fields.Nested(Leaf(many=True, only=("name",))),
        good=([{"name": "a"}],),
        bad=([{"name": "a", "size": 1}],),
    ),
    "nested-exclude": Row(
        it=lambda: fields.Nested(Leaf, exclude=("size",)),
        good=({"name": "a"},),
        bad=({"name": "a", "size": 1},),
    ),
    "nested-partial": Row(
        it=lambda: fields.Nested(Leaf(partial=True)), good=({}, {"size": 1}), bad=({"size": "x"},)
    ),
    "nested-unknown": Row(
        it=lambda: fields.Nested(Leaf, unknown=EXCLUDE),
        changed=(({"name": "a", "size": 1, "more": 2}, {"name": "a", "size": 1}),),
        bad=({},),
    ),
    "nested-dict": Row(
        it=lambda: fields.Nested({"a": fields.Int(required=True)}),
        good=({"a": 1},),
        bad=({}, {"a": ""}),
    ),
    "nested-read-only": Row(
        it=lambda: fields.Nested(Account),
        changed=(({"login": "ann", "password": "x"}, {"login": "ann"}),),
        bad=({"login": "ann"}, {"login": "ann", "password": "x", "id": 1}),
    ),
    "nested-hooks": Row(
        it=lambda: fields.Nested(Hooked),
        changed=(({"name": " ann "}, {"name": "ann", "length": 3}),),
        bad=({}, {"name": 5}),
    ),
    "nested-rules": Row(
        it=lambda: fields.Nested(Range),
        good=({"low": 1, "high": 2},),
        bad=({"low": 1},),
        unsaid=({"low": 3, "high": 2}, {"low": 13, "high": 20}),
    ),
    "nested-names": Row(
        it=lambda: fields.Nested(Renamed),
        good=({"First-Name": "a", "deep": "b"},),
        bad=({"first": "a"}, {"First-Name": "a", "inner": "b"}),
    ),
    "nested-open": Row(
        it=lambda: fields.Nested(Open), changed=(({"name": "a", "b": 1}, {"name": "a"}),)
    ),
    "tree": Row(
        it=lambda: fields.Nested(Tree),
        good=({"name": "a", "children": [{"name": "b", "parent": {"name": "a"}}], "parent": None},),
        bad=(
            {"name": "a", "children": [{}]},
            {"name": "a", "parent": {"name": "a", "children": []}},
        ),
    ),
    "mutual": Row(
        it=lambda: fields.Nested(Author),
        good=({"name": "a", "books": [{"title": "b"}]},),
        bad=({"name": "a", "books": [{"title": "b", "author": {"name": "c"}}]},),
    ),
    "by-name": Row(
        it=lambda: fields.Nested("Book"),
        good=({"title": "b", "author": {"name": "a"}},),
        bad=({"title": "b", "author": {"name": 1}},),
    ),
    "pluck": Row(
        it=lambda: fields.Pluck(Leaf, "name"), good=("a",), bad=("", 5, {"name": "a"}, "x" * 21)
    ),
    "pluck-many": Row(
        it=lambda: fields.Pluck(Leaf, "name", many=True), good=(["a", "b"], []), bad=([""], "a")
    ),
    "polymorphic": Row(
        it=lambda: fields.Nested(Shape),
        good=(
            {"type": "circle", "radius": 1},
            {"type": "big-square", "side": 1.5, "inner": {"type": "circle", "radius": 2}},
        ),
        bad=(
            {"radius": 1},
            {"type": "line"},
            {"type": "circle"},
            {"type": [], "radius": 1},
            {"type": "circle", "radius": 1, "side": 2.0},
            {"type": "big-square", "side": 1.5, "inner": {"type": "circle"}},
            [],
        ),
    ),
    "polymorphic-list": Row(
        it=lambda: fields.List(fields.Nested(Shape)),
        good=([{"type": "circle", "radius": 1}],),
        bad=([{"type": "x"}], [[]], {}),
    ),
    "polymorphic-many": Row(
        it=lambda: fields.Nested(Shape, many=True),
        good=([{"type": "circle", "radius": 1}],),
        bad=([{"type": "x"}], 5, {}),
    ),
}


def schema_of(name: str, *, may_be_null: bool = False) -> type[Schema]:
    """The schema of the operation of a row.

    :param may_be_null: whether the member may be null
    """
    it = ROWS[name].it()
    it.required, it.allow_none = True, it.allow_none or may_be_null
    words = "".join(part.title() for part in name.split("-"))
    members = {"it": it}
    return Schema.from_dict(members, name=f"{'Null' if may_be_null else 'Row'}{words}")


def _add(ns: Namespace, path: str, schema: type[Schema]) -> None:
    def post(_self: Any, body: dict[str, Any]) -> dict[str, Any]:
        """Read a value, and write it"""
        return body

    view = public(ns.operation(body=schema, returns=schema)(post))
    ns.add_resource(type(schema.__name__, (Resource,), {"post": view}), path)


def namespace() -> Namespace:
    """A namespace with an operation for each row, and one for where it may be null."""
    ns = Namespace("table", "Idioms of marshmallow", path="/table")
    for name in ROWS:
        _add(ns, f"/{name}", schema_of(name))
        _add(ns, f"/null/{name}", schema_of(name, may_be_null=True))
    return ns


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """A field of a query.

    :param it: makes the field
    :param good: query strings, and what is read of each
    :param bad: query strings that are refused
    """

    it: Callable[[], Any]
    good: dict[str, Any]
    bad: tuple[str, ...] = ()


PARAMETERS: dict[str, Parameter] = {
    "string": Parameter(it=fields.Str, good={"it=a": "a", "it=": ""}, bad=("it=a&it=b", "more=1")),
    "integer": Parameter(
        it=fields.Int,
        good={"it=5": 5, "it=-3": -3, "it=007": 7},
        bad=("it=x", "it=1.5", "it=", "it=1&it=2", "it=1_0", "it=%D9%A3"),
    ),
    "float": Parameter(it=fields.Float, good={"it=1.5": 1.5, "it=2": 2.0}, bad=("it=x", "it=nan")),
    "decimal": Parameter(
        it=lambda: fields.Decimal(as_string=True),
        good={f"it={EXACT}": EXACT},
        bad=("it=x", "it=1e99999"),
    ),
    "boolean": Parameter(
        it=fields.Bool, good={"it=true": True, "it=false": False}, bad=("it=maybe", "it=")
    ),
    "boolean-words": Parameter(
        it=lambda: fields.Bool(truthy={"ja"}, falsy={"nein"}), good={"it=ja": True}, bad=("it=yes",)
    ),
    "uuid": Parameter(
        it=fields.UUID,
        good={"it=0192f0c1-2345-7abc-8def-0123456789ab": "0192f0c1-2345-7abc-8def-0123456789ab"},
        bad=("it=x",),
    ),
    "date": Parameter(it=fields.Date, good={"it=2026-01-02": "2026-01-02"}, bad=("it=2026",)),
    "enum": Parameter(it=lambda: fields.Enum(Colour), good={"it=RED": "RED"}, bad=("it=red",)),
    "enum-integer": Parameter(
        it=lambda: fields.Enum(Level, by_value=fields.Int), good={"it=2": 2}, bad=("it=3", "it=x")
    ),
    "one-of": Parameter(
        it=lambda: fields.Str(validate=validate.OneOf(["a", "b"])),
        good={"it=a": "a"},
        bad=("it=c",),
    ),
    "range": Parameter(
        it=lambda: fields.Int(validate=validate.Range(1, 9)), good={"it=9": 9}, bad=("it=10",)
    ),
    "list": Parameter(
        it=lambda: fields.List(fields.Int()),
        good={"it=1&it=2": [1, 2], "it=1": [1]},
        bad=("it=1&it=x", "it=1,2"),
    ),
    "list-length": Parameter(
        it=lambda: fields.List(fields.Str(), validate=validate.Length(1, 2)),
        good={"it=a&it=b": ["a", "b"]},
        bad=("it=a&it=b&it=c",),
    ),
    "tuple": Parameter(
        it=lambda: fields.Tuple((fields.Int(), fields.Int())),
        good={"it=1&it=2": [1, 2]},
        bad=("it=1", "it=1&it=x"),
    ),
    "delimited": Parameter(
        it=lambda: DelimitedList(fields.Int(), load_default=[1, 2]),
        good={"it=1,2": "1,2", "it=5": "5", "": "1,2", "it=": ""},
        bad=("it=1,x", "it=1&it=2"),
    ),
    "delimited-space": Parameter(
        it=lambda: DelimitedList(fields.Str(), delimiter=" "), good={"it=a%20b": "a b"}
    ),
    "delimited-pipe": Parameter(
        it=lambda: DelimitedList(fields.Str(), delimiter="|"), good={"it=a%7Cb": "a|b"}
    ),
    "delimited-other": Parameter(
        it=lambda: DelimitedList(fields.Str(), delimiter=";"), good={"it=a;b": "a;b"}
    ),
    "delimited-tuple": Parameter(
        it=lambda: DelimitedTuple((fields.Int(), fields.Str())),
        good={"it=1,a": "1,a"},
        bad=("it=a,1", "it=1"),
    ),
}


def query_namespace() -> Namespace:
    """A namespace with an operation for each parameter."""
    ns = Namespace("query", "Parameters of marshmallow", path="/query")
    for name, row in PARAMETERS.items():
        words = "".join(part.title() for part in name.split("-"))
        query = Schema.from_dict({"it": row.it()}, name=f"Query{words}")
        answer = Schema.from_dict({"it": row.it()}, name=f"Read{words}")

        def get(_self: Any, query: dict[str, Any]) -> dict[str, Any]:
            """Read a query, and write it"""
            return query

        view = public(ns.operation(query=query, returns=answer)(get))
        ns.add_resource(type(query.__name__, (Resource,), {"get": view}), f"/{name}")
    return ns


class Page(Schema):
    """What a hook wraps"""

    items = fields.List(fields.Int(), required=True)

    @post_dump
    def wrap(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {"data": data}


class Numbers(Schema):
    """A list, always"""

    class Meta:
        many = True

    number = fields.Int(required=True)


class Included(Schema):
    """A member whose name is no name of Python"""

    class Meta:
        include: ClassVar = {"from": fields.Str(required=True)}


class Filled(Schema):
    """Members that are filled in"""

    read = fields.Int(load_default=1)
    written = fields.Int(dump_default=2)
    either = fields.Int(load_default=lambda: 3, allow_none=True)


class Dates(Schema):
    """Formats of the whole schema"""

    class Meta:
        datetimeformat = "timestamp"
        dateformat = "%d.%m.%Y"
        timeformat = "%H:%M"

    moment = fields.DateTime()
    day = fields.Date()
    hour = fields.Time()


@dataclass(frozen=True, kw_only=True)
class Body:
    """A schema of a whole body.

    :param schema: of the request
    :param returns: of the answer, where that is another
    :param good: what may be sent, and what is answered
    :param bad: what may not be sent, and what the error points at
    """

    schema: Any
    returns: Any = None
    good: tuple[tuple[Any, Any], ...]
    bad: tuple[tuple[Any, str], ...] = ()


_LEAF = {"name": "a", "size": 3}

BODIES: dict[str, Body] = {
    "plain": Body(
        schema=Leaf,
        good=(({"name": "a"}, _LEAF),),
        bad=(
            (None, ""),
            ([], ""),
            ("x", ""),
            (5, ""),
            ({"name": "a", "x": 1}, "/x"),
            ({}, "/name"),
        ),
    ),
    "many": Body(
        schema=Leaf(many=True),
        good=(([{"name": "a"}], [_LEAF]), ([], [])),
        bad=(({}, ""), (5, ""), (None, ""), ([5], "/0"), ([{"name": "a"}, {}], "/1/name")),
    ),
    "meta-many": Body(
        schema=Numbers,
        good=(([{"number": 1}], [{"number": 1}]),),
        bad=(([{"number": "1"}], "/0/number"),),
    ),
    "partial": Body(
        schema=Leaf(partial=True),
        good=(({}, {}), ({"size": 1}, {"size": 1})),
        bad=(({"name": ""}, "/name"),),
    ),
    "partial-names": Body(
        schema=Leaf(partial=("name",)), good=(({}, {"size": 3}),), bad=(({"size": "x"}, "/size"),)
    ),
    "partial-nested": Body(
        schema=Schema.from_dict({"leaf": fields.Nested(Leaf, required=True)}, name="Branch")(
            partial=("leaf.name",)
        ),
        good=(({"leaf": {}}, {"leaf": {"size": 3}}),),
        bad=(({}, "/leaf"), ({"leaf": {"name": ""}}, "/leaf/name")),
    ),
    "unknown-kept": Body(schema=Leaf(unknown=INCLUDE), good=(({"name": "a", "x": 1}, _LEAF),)),
    "unknown-dropped": Body(schema=Leaf(unknown=EXCLUDE), good=(({"name": "a", "x": 1}, _LEAF),)),
    "only": Body(
        schema=Leaf(only=("name",)),
        good=(({"name": "a"}, {"name": "a"}),),
        bad=(({"name": "a", "size": 1}, "/size"),),
    ),
    "directions": Body(
        schema=Account,
        good=(({"login": "ann", "password": "x"}, {"login": "ann"}),),
        bad=(({"login": "ann", "password": "x", "id": 1}, "/id"), ({"login": "ann"}, "/password")),
    ),
    "hooks": Body(
        schema=Hooked, good=(({"name": " a "}, {"name": "a", "length": 1}),), bad=(({}, "/name"),)
    ),
    "wrapped": Body(
        schema=Page,
        good=(({"items": [1]}, {"data": {"items": [1]}}),),
        bad=(({"items": [""]}, "/items/0"),),
    ),
    "rules": Body(
        schema=Range,
        good=(({"low": 1, "high": 2}, {"low": 1, "high": 2}),),
        bad=(({"low": 3, "high": 2}, ""), ({"low": 13, "high": 14}, "/low")),
    ),
    "rules-many": Body(
        schema=Range(many=True), good=(([], []),), bad=(([{"low": 3, "high": 2}], "/0"),)
    ),
    "polymorphic": Body(
        schema=Shape,
        good=(({"type": "circle", "radius": 1}, {"type": "circle", "radius": 1}),),
        bad=(
            ({}, "/type"),
            ([], ""),
            (None, ""),
            (5, ""),
            ({"type": "circle", "radius": "1"}, "/radius"),
        ),
    ),
    "polymorphic-many": Body(
        schema=Shape(many=True),
        good=(([{"type": "circle", "radius": 1}], [{"type": "circle", "radius": 1}]),),
        bad=((5, ""), (None, ""), ({}, ""), ([{"type": "x"}], "/0/type"), ([5], "/0")),
    ),
    "polymorphic-kept": Body(
        schema=Kept,
        good=(({"kind": "circle", "radius": 1},) * 2,),
        bad=(({"kind": "x", "radius": 1}, "/kind"), ({"radius": 1}, "/kind")),
    ),
    "polymorphic-guessed": Body(
        schema=Guessed,
        good=(({"radius": 1}, {"type": "circle", "radius": 1}),),
        bad=(({"radius": "x"}, "/radius"), ({}, "/side")),
    ),
    "included": Body(schema=Included, good=(({"from": "a"}, {"from": "a"}),), bad=(({}, "/from"),)),
    "filled": Body(
        schema=Filled,
        good=(
            ({}, {"read": 1, "written": 2, "either": 3}),
            ({"read": 5, "written": 6, "either": None}, {"read": 5, "written": 6, "either": None}),
        ),
        bad=(({"read": None}, "/read"),),
    ),
    "formats": Body(
        schema=Dates,
        good=(
            (
                {"moment": 1.5, "day": "02.01.2026", "hour": "03:04"},
                {"moment": 1.5, "day": "02.01.2026", "hour": "03:04"},
            ),
        ),
        bad=(({"moment": "1"}, "/moment"), ({"day": "2026-01-02"}, "/day")),
    ),
    "tree": Body(
        schema=Tree,
        good=(
            (
                {"name": "a", "children": [{"name": "b"}]},
                {"name": "a", "children": [{"name": "b"}]},
            ),
        ),
        bad=(
            (
                {"name": "a", "children": [{"name": "b", "children": [{}]}]},
                "/children/0/children/0/name",
            ),
        ),
    ),
}


def body_namespace() -> Namespace:
    """A namespace with an operation for each schema of a body."""
    ns = Namespace("bodies", "Schemas of marshmallow", path="/bodies")
    for name, row in BODIES.items():

        def post(_self: Any, body: Any) -> Any:
            """Read a body, and write it"""
            return body

        view = public(ns.operation(body=row.schema, returns=row.returns or row.schema)(post))
        words = "".join(part.title() for part in name.split("-"))
        ns.add_resource(type(f"Body{words}", (Resource,), {"post": view}), f"/{name}")
    return ns
