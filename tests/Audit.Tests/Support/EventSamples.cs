using System.Reflection;
using System.Runtime.CompilerServices;
using Tideway.Contracts;

namespace Tideway.Audit.Tests.Support;

/// <summary>An event of any type with a value in every member, each different from the others.</summary>
internal static class EventSamples
{
    private static readonly IReadOnlyList<Type> Records = [.. typeof(EventRouting).Assembly.GetExportedTypes().Where(type => type != typeof(EventRouting))];

    /// <summary>Every event: a record of the contracts that is no member of another.</summary>
    public static IReadOnlyList<Type> Types { get; } =
    [
        .. Records
            .Except(Records.SelectMany(type => type.GetProperties()).SelectMany(property => property.PropertyType.GetGenericArguments()))
            .OrderBy(type => type.Name, StringComparer.Ordinal),
    ];

    public static object Make(Type type, int seed = 1)
    {
        var sample = RuntimeHelpers.GetUninitializedObject(type);
        foreach (var property in type.GetProperties().Where(property => property.CanWrite))
            property.SetValue(sample, Value(property, seed));
        return sample;
    }

    public static T Make<T>(int seed = 1) => (T)Make(typeof(T), seed);

    public static object Value(PropertyInfo property, int seed)
    {
        var name = property.Name;
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        var number = (Math.Abs(name.Aggregate(7, (hash, letter) => (hash * 31) + letter)) % 100_000) + seed;
        if (name == "Status")
            return 200;
        if (type == typeof(string))
            return $"{name}-{seed}";
        if (type == typeof(Guid))
            return new Guid(seed, 0, 0, 0, 0, 0, 0, 0, 0, (byte)(number >> 8), (byte)number);
        if (type == typeof(long))
            return (long)number;
        if (type == typeof(int))
            return number;
        if (type == typeof(bool))
            return true;
        if (type == typeof(DateTimeOffset))
            return new DateTimeOffset(2026, 11, 23, 10, 0, 0, TimeSpan.Zero).AddSeconds(number);
        if (type == typeof(IReadOnlyDictionary<string, string>))
            return new Dictionary<string, string>(StringComparer.Ordinal) { [name] = $"{name}-value-{seed}" };
        if (type == typeof(IReadOnlyList<string>))
            return new[] { $"{name}-first-{seed}", $"{name}-second-{seed}" };
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
        {
            var items = Array.CreateInstance(type.GetGenericArguments()[0], 1);
            items.SetValue(Make(type.GetGenericArguments()[0], seed), 0);
            return items;
        }

        throw new NotSupportedException($"{property.DeclaringType!.Name}.{name} is of type {type}: say here what a sample of it is.");
    }
}
