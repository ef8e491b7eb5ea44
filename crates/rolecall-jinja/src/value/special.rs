//! Attributes with underscores, which the sandbox keeps back where an object has them.

use super::Value;
use super::object::Object;

/// What every object has.
const ANY: &str = "\
    __class__ __delattr__ __dir__ __doc__ __eq__ __format__ __ge__ __getattribute__ __getstate__ __gt__ \
    __hash__ __init__ __init_subclass__ __le__ __lt__ __ne__ __new__ __reduce__ __reduce_ex__ __repr__ \
    __setattr__ __sizeof__ __str__ __subclasshook__";

/// Of `jinja2.Undefined`.
const UNDEFINED: &str = "\
    __add__ __aiter__ __bool__ __call__ __complex__ __div__ __float__ __floordiv__ __getattr__ \
    __getitem__ __int__ __iter__ __len__ __mod__ __module__ __mul__ __neg__ __pos__ __pow__ __radd__ \
    __rdiv__ __rfloordiv__ __rmod__ __rmul__ __rpow__ __rsub__ __rtruediv__ __slots__ __sub__ \
    __truediv__";

/// Of `None`.
const NONE: &str = "__bool__";

/// Of `int` and `bool`.
const INT: &str = "\
    __abs__ __add__ __and__ __bool__ __ceil__ __divmod__ __float__ __floor__ __floordiv__ __getnewargs__ \
    __index__ __int__ __invert__ __lshift__ __mod__ __mul__ __neg__ __or__ __pos__ __pow__ __radd__ \
    __rand__ __rdivmod__ __rfloordiv__ __rlshift__ __rmod__ __rmul__ __ror__ __round__ __rpow__ \
    __rrshift__ __rshift__ __rsub__ __rtruediv__ __rxor__ __sub__ __truediv__ __trunc__ __xor__";

/// Of `float`.
const FLOAT: &str = "\
    __abs__ __add__ __bool__ __ceil__ __divmod__ __float__ __floor__ __floordiv__ __getformat__ \
    __getnewargs__ __int__ __mod__ __mul__ __neg__ __pos__ __pow__ __radd__ __rdivmod__ __rfloordiv__ \
    __rmod__ __rmul__ __round__ __rpow__ __rsub__ __rtruediv__ __sub__ __truediv__ __trunc__";

/// Of `str`.
const STR: &str = "\
    __add__ __contains__ __getitem__ __getnewargs__ __iter__ __len__ __mod__ __mul__ __rmod__ __rmul__";

/// Of `markupsafe.Markup`.
const MARKUP: &str = "\
    __add__ __contains__ __getitem__ __getnewargs__ __html__ __html_format__ __iter__ __len__ __mod__ \
    __module__ __mul__ __radd__ __rmod__ __rmul__ __slots__ __dict__ __weakref__";

/// Of `list`.
const LIST: &str = "\
    __add__ __class_getitem__ __contains__ __delitem__ __getitem__ __iadd__ __imul__ __iter__ __len__ \
    __mul__ __reversed__ __rmul__ __setitem__";

/// Of `tuple`.
const TUPLE: &str = "\
    __add__ __class_getitem__ __contains__ __getitem__ __getnewargs__ __iter__ __len__ __mul__ __rmul__";

/// Of `dict`.
const DICT: &str = "\
    __class_getitem__ __contains__ __delitem__ __getitem__ __ior__ __iter__ __len__ __or__ __reversed__ \
    __ror__ __setitem__";

/// Of `range`.
const RANGE: &str = "__bool__ __contains__ __getitem__ __iter__ __len__ __reversed__";

/// Of `dict_keys`, `dict_values` and `dict_items`.
const VIEW: &str = "__contains__ __iter__ __len__ __reversed__";

/// Of generators and iterators.
const GENERATOR: &str = "__iter__ __next__ __del__ __name__ __qualname__ __length_hint__";

/// Of functions, methods and classes.
const FUNCTION: &str = "\
    __call__ __name__ __qualname__ __module__ __self__ __text_signature__ __dict__ __globals__ __code__ \
    __closure__ __defaults__ __kwdefaults__ __annotations__ __wrapped__ __mro__ __bases__ __base__ \
    __subclasses__";

/// Of `jinja2.runtime.LoopContext`.
const LOOP: &str = "\
    __call__ __dict__ __iter__ __len__ __module__ __next__ __weakref__ _after _before _changed _current \
    _iterable _iterator _last_changed_value _length _peek_next _recurse _to_iterator _undefined";

/// Of `jinja2.runtime.Macro`.
const MACRO: &str = "\
    __call__ __dict__ __module__ __weakref__ _argument_count _async_invoke _default_autoescape \
    _environment _func _invoke";

/// Of `bytes`.
const BYTES: &str = "\
    __add__ __bytes__ __contains__ __getitem__ __getnewargs__ __iter__ __len__ __mod__ __mul__ __rmod__ \
    __rmul__";

/// Of the pairs that `groupby` gives.
const GROUP: &str = "\
    __add__ __contains__ __getitem__ __iter__ __len__ __mul__ __rmul__ _asdict _field_defaults _fields \
    _make _replace __match_args__ __module__ __slots__";

/// Of the other objects of Jinja2: `namespace`, `cycler`, `joiner`, blocks.
const OTHER: &str = "__call__ __dict__ __getitem__ __module__ __next__ __weakref__";

/// Whether an object of Python has this attribute with underscores.
pub(super) fn is_special(value: Value<'_>, name: &str) -> bool {
    let own = match value {
        Value::Missing | Value::Undefined(_) => UNDEFINED,
        Value::None(_) => NONE,
        Value::Bool(..) | Value::Int(..) | Value::Big(..) => INT,
        Value::Float(..) => FLOAT,
        Value::Str(..) | Value::Rope(..) => STR,
        Value::Markup(..) => MARKUP,
        Value::List(..) | Value::JsonList(..) => LIST,
        Value::Tuple(..) => TUPLE,
        Value::Dict(..) | Value::JsonDict(..) => DICT,
        Value::Range(_) => RANGE,
        Value::View(_) => VIEW,
        Value::Generator(_) => GENERATOR,
        Value::Object(object) => match object {
            Object::Function(_) | Object::Method(_) => FUNCTION,
            Object::Loop(_) => LOOP,
            Object::Macro(_) => MACRO,
            Object::Bytes(_) => BYTES,
            Object::Group(_) => GROUP,
            _ => OTHER,
        },
    };
    [ANY, own].iter().any(|table| table.split_ascii_whitespace().any(|special| special == name))
}
