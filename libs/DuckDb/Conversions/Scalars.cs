using System.Globalization;

namespace Tideway.DuckDb.Conversions;

/// <summary>A single value as the type that the caller expects.</summary>
internal static class Scalars
{
    public static T? To<T>(object? value)
    {
        switch (value)
        {
            case null:
                return default;
            case T exact:
                return exact;
            default:
                var target = Nullable.GetUnderlyingType(typeof(T)) ?? typeof(T);
                return (T)Widen(value, target);
        }
    }

    private static object Widen(object value, Type target)
    {
        if (target == typeof(Int128) && IsInteger(value))
            return value is ulong large ? (Int128)large : Convert.ToInt64(value, CultureInfo.InvariantCulture);
        if (value is Int128 huge)
            value = checked((decimal)huge);
        if (value is UInt128 unsigned)
            value = checked((decimal)unsigned);
        else if (!IsInteger(value) && !(value is float or decimal && target == typeof(double)) && value is not decimal { Scale: 0 })
            throw new InvalidCastException($"Expected a {target.Name}, the value is a {value.GetType().Name}.");
        return target.IsPrimitive || target == typeof(decimal)
            ? Convert.ChangeType(value, target, CultureInfo.InvariantCulture)
            : throw new InvalidCastException($"Expected a {target.Name}, the value is a {value.GetType().Name}.");
    }

    private static bool IsInteger(object value) => value is sbyte or byte or short or ushort or int or uint or long or ulong;
}
