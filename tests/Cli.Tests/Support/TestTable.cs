namespace Tideway.Cli.Tests.Support;

/// <summary>The Delta tables of other engines that lie beside the tests.</summary>
internal static class TestTable
{
    public static string At(string name)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var table = Path.Combine(folder.FullName, "tests", "TestTables", name, "delta");
            if (Directory.Exists(table))
                return table;
        }

        throw new DirectoryNotFoundException($"There is no test table {name} above {AppContext.BaseDirectory}.");
    }
}
