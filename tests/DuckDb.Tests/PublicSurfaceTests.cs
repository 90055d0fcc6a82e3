using System.Reflection;
using System.Runtime.CompilerServices;

namespace Tideway.DuckDb.Tests;

public sealed class PublicSurfaceTests
{
    private const BindingFlags Own = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    [Fact]
    public void The_public_surface_is_the_approved_one()
    {
        var folder = SourceFolder();
        var surface =
            string.Join('\n', typeof(DuckDbDatabase).Assembly.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal).SelectMany(Describe))
            + "\n";
        File.WriteAllText(Path.Combine(folder, "PublicSurface.received.txt"), surface);

        surface.ShouldBe(File.ReadAllText(Path.Combine(folder, "PublicSurface.approved.txt")));

        File.Delete(Path.Combine(folder, "PublicSurface.received.txt"));
    }

    private static IEnumerable<string> Describe(Type type)
    {
        yield return $"{type.FullName} : {type.BaseType?.Name}";
        var members = type.IsEnum
            ? Enum.GetNames(type).Select(name => $"{name} = {Convert.ToInt32(Enum.Parse(type, name))}")
            : type.GetMembers(Own)
                .Where(member => member is not MethodBase { IsSpecialName: true } || member is ConstructorInfo)
                .Where(member => member.GetCustomAttribute<CompilerGeneratedAttribute>() is null)
                .Select(member =>
                    member is PropertyInfo property ? $"{property} {{{(property.CanRead ? " get;" : "")}{(property.CanWrite ? " set;" : "")} }}" : $"{member}"
                )
                .Order(StringComparer.Ordinal);
        foreach (var member in members)
            yield return $"  {member}";
    }

    private static string SourceFolder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
