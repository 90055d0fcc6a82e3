using Xunit;

namespace Tideway.Testing.Servers;

/// <summary>Where <c>eng/object-stores</c> has installed the object stores for tests.</summary>
internal static class ObjectStoreFolder
{
    private const string Variable = "TIDEWAY_TEST_OBJECT_STORES";

    /// <summary>The folder; skips the test where nothing is installed.</summary>
    public static string Require()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given && Directory.Exists(Path.Combine(given, "node_modules", "azurite")))
            return given;
        var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } named
            ? named
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        var parent = Path.Combine(cache, "tideway", "object-stores");
        var found = Directory.Exists(parent)
            ? Directory.EnumerateDirectories(parent).FirstOrDefault(folder => Directory.Exists(Path.Combine(folder, "node_modules", "azurite")))
            : null;
        if (found is null)
            Assert.Skip($"The object stores for tests are not installed (eng/object-stores does that) and {Variable} is not set.");
        return found;
    }

    /// <summary>The program that runs them.</summary>
    public static string Node()
    {
        var path = Environment.GetEnvironmentVariable("PATH")?.Split(Path.PathSeparator) ?? [];
        var node = path.Select(folder => Path.Combine(folder, "node")).FirstOrDefault(File.Exists);
        if (node is null)
            Assert.Skip("Node.js is not on the PATH.");
        return node;
    }
}
