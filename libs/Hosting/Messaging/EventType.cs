using System.Collections.Concurrent;

namespace Tideway.Hosting.Messaging;

/// <summary>Names of event types as the outbox keeps them: full name and assembly, without a version.</summary>
internal static class EventType
{
    private static readonly ConcurrentDictionary<Type, string> Names = new();
    private static readonly ConcurrentDictionary<string, Type> Types = new(StringComparer.Ordinal);

    public static string NameOf(Type type) => Names.GetOrAdd(type, static t => $"{t.FullName}, {t.Assembly.GetName().Name}");

    public static Type Find(string name) => Types.GetOrAdd(name, static n => Type.GetType(n, throwOnError: true)!);
}
