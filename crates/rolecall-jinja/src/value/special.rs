//! Attributes with underscores, which the sandbox keeps back where an object has them.

use super::object::Object;
use super::{Value, ViewOf};
use crate::builtins::globals::Function;

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
    __truediv__ _fail_with_undefined_error _undefined_exception _undefined_hint _undefined_message \
    _undefined_name _undefined_obj";

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
    __module__ __mul__ __radd__ __rmod__ __rmul__ __slots__";

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

/// Of `dict_keys` and `dict_items`, which are sets.
const SET_VIEW: &str = "\
    __and__ __contains__ __iter__ __len__ __or__ __rand__ __reversed__ __ror__ __rsub__ __rxor__ __sub__ \
    __xor__";

/// Of `dict_values`.
const VALUES: &str = "__iter__ __len__ __reversed__";

/// Of generators.
const GENERATOR: &str = "__del__ __iter__ __name__ __next__ __qualname__";

/// Of the iterators of lists, tuples and ranges.
const ITERATOR: &str = "__iter__ __length_hint__ __next__ __setstate__";

/// Of the iterators of dicts and their views.
const DICT_ITERATOR: &str = "__iter__ __length_hint__ __next__";

/// Of functions.
const FUNCTION: &str = "\
    __annotations__ __builtins__ __call__ __closure__ __code__ __defaults__ __dict__ __get__ __globals__ \
    __kwdefaults__ __module__ __name__ __qualname__";

/// Of methods of C.
const BUILTIN_METHOD: &str = "__call__ __module__ __name__ __qualname__ __self__ __text_signature__";

/// Of methods of Python.
const METHOD: &str = "\
    __annotations__ __builtins__ __call__ __closure__ __code__ __defaults__ __dict__ __func__ __get__ \
    __globals__ __kwdefaults__ __module__ __name__ __qualname__ __self__";

/// Of classes.
const CLASS: &str = "\
    __annotations__ __base__ __bases__ __basicsize__ __call__ __dict__ __dictoffset__ __flags__ \
    __instancecheck__ __itemsize__ __module__ __mro__ __name__ __or__ __prepare__ __qualname__ __ror__ \
    __subclasscheck__ __subclasses__ __text_signature__ __weakref__ __weakrefoffset__";

/// Of the object that stands for `dict`.
const DICT_OBJECT: &str = "__call__ __dict__ __module__ __weakref__";

/// Of `jinja2.runtime.LoopContext`.
const LOOP: &str = "\
    __annotations__ __call__ __dict__ __iter__ __len__ __module__ __next__ __weakref__ _after _before \
    _current _iterable _iterator _last_changed_value _length _peek_next _recurse _to_iterator _undefined";

/// Of `jinja2.runtime.Macro`.
const MACRO: &str = "\
    __call__ __dict__ __module__ __weakref__ _argument_count _async_invoke _default_autoescape \
    _environment _func _invoke";

/// Of `jinja2.utils.Cycler`.
const CYCLER: &str = "__dict__ __module__ __next__ __weakref__";

/// Of `jinja2.utils.Joiner`.
const JOINER: &str = "__call__ __dict__ __module__ __weakref__";

/// Of `jinja2.runtime.TemplateReference`.
const TEMPLATES: &str = "_TemplateReference__context __dict__ __getitem__ __module__ __weakref__";

/// Of `jinja2.runtime.BlockReference`.
const BLOCK: &str = "__call__ __dict__ __module__ __weakref__ _async_call _context _depth _stack";

/// Of `bytes`.
const BYTES: &str = "\
    __add__ __bytes__ __contains__ __getitem__ __getnewargs__ __iter__ __len__ __mod__ __mul__ __rmod__ \
    __rmul__";

/// Of the pairs that `groupby` gives.
const GROUP: &str = "\
    __add__ __annotations__ __class_getitem__ __contains__ __getitem__ __getnewargs__ __iter__ __len__ \
    __match_args__ __module__ __mul__ __orig_bases__ __rmul__ __slots__ _asdict _field_defaults _fields \
    _make _replace";

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
        Value::View(view) => match view.of {
            ViewOf::Keys | ViewOf::Items => SET_VIEW,
            ViewOf::Values => VALUES,
        },
        Value::Generator(generator) => match generator.type_name() {
            "generator" => GENERATOR,
            name if name.starts_with("dict") => DICT_ITERATOR,
            _ => ITERATOR,
        },
        Value::Object(object) => of_object(object, name),
    };
    [ANY, own].iter().any(|table| table.split_ascii_whitespace().any(|special| special == name))
}

fn of_object(object: &Object<'_>, name: &str) -> &'static str {
    match object {
        Object::Function(function) => match (function, name) {
            // What their methods are called is an attribute of the classes as well.
            (Function::Namespace, "__setitem__") => "__setitem__",
            (Function::Namespace, "_check_name") => "_check_name",
            (Function::Cycler, "__next__") => "__next__",
            (Function::Dict, _) => DICT_OBJECT,
            (Function::Namespace | Function::Cycler | Function::Joiner, _) => CLASS,
            _ => FUNCTION,
        },
        Object::Method(_) => match object.type_name() {
            "function" => FUNCTION,
            "method" => METHOD,
            _ => BUILTIN_METHOD,
        },
        Object::Loop(_) => LOOP,
        Object::Macro(_) => MACRO,
        Object::Cycler(_) => CYCLER,
        Object::Joiner(_) => JOINER,
        Object::Templates => TEMPLATES,
        Object::Block(_) => BLOCK,
        Object::Bytes(_) => BYTES,
        Object::Group(_) => GROUP,
        // Of a namespace there is nothing but what was put into it.
        Object::Namespace(_) | Object::Unknown(_) => "",
    }
}
