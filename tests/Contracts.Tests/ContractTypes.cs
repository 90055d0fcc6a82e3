using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Tideway.Contracts.Tests;

/// <summary>The contracts, found by reflection.</summary>
internal static partial class ContractTypes
{
    /// <summary>Every public record: events and what they are made of.</summary>
    public static IReadOnlyList<Type> Records { get; } =
    [.. typeof(EventRouting).Assembly.GetExportedTypes().Where(t => t != typeof(EventRouting)).OrderBy(t => t.FullName, StringComparer.Ordinal)];

    /// <summary>Records that travel by themselves, which are those that are no member of another.</summary>
    public static IReadOnlyList<Type> Events { get; } = [.. Records.Except(Records.SelectMany(r => r.GetProperties()).SelectMany(p => Parts(p.PropertyType)))];

    /// <summary>Kebab-case names of the services that publish, from the namespaces.</summary>
    public static string OwnerOf(Type contract) => WordStart().Replace(contract.Namespace!.Split('.')[^1], "-$0").TrimStart('-').ToLowerInvariant();

    public static bool IsRequired(System.Reflection.PropertyInfo property) => Attribute.IsDefined(property, typeof(RequiredMemberAttribute));

    private static IEnumerable<Type> Parts(Type type) => type.IsGenericType ? type.GetGenericArguments().SelectMany(Parts) : [type];

    [GeneratedRegex("[A-Z]", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex WordStart();
}
