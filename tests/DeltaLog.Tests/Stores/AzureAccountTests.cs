using System.Text;
using Tideway.DeltaLog.Maintenance;
using Tideway.DeltaLog.Snapshots;
using Tideway.ObjectStorage;
using Tideway.Testing;
using Tideway.Testing.Servers;

namespace Tideway.DeltaLog.Tests.Stores;

/// <summary>The files of a table in a container whose account the settings name, where the log gives them by their whole addresses.</summary>
public sealed class AzureAccountTests
{
    [Theory]
    [InlineData("abfss://data@acme.dfs.core.windows.net/lake/t/x%20y.parquet")]
    [InlineData("wasbs://data@acme.blob.core.windows.net/lake/t/x%20y.parquet")]
    [InlineData("az://data/lake/t/x%20y.parquet")]
    [InlineData("x%20y.parquet")]
    public void A_file_of_that_account_is_the_tables_own(string path)
    {
        using var roots = Roots("az://data/lake", new StorageAccessOptions { Account = "acme", AccountKey = "c2VjcmV0" });

        FilePath.Key(path, roots.Open(roots.Resolve("az://data/lake/t")).Root).ShouldBe("x y.parquet");
    }

    [Theory]
    [InlineData("abfss://data@other.dfs.core.windows.net/lake/t/x.parquet")]
    [InlineData("wasbs://data@other.blob.core.windows.net/lake/t/x.parquet")]
    [InlineData("az://data/lake/t2/x.parquet")]
    public void A_file_of_another_account_is_refused(string path)
    {
        using var roots = Roots("az://data/lake", new StorageAccessOptions { Account = "acme", AccountKey = "c2VjcmV0" });
        var root = roots.Open(roots.Resolve("az://data/lake/t")).Root;

        var refusal = Should.Throw<DeltaLogException>(() => FilePath.Key(path, root));

        refusal.Error.ShouldBe(DeltaLogError.FileOutsideTable);
        refusal.Message.ShouldContain("acme");
        refusal.Message.ShouldContain(path);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Files_that_the_log_gives_by_another_name_of_their_place_are_needed(bool isAccountNamed)
    {
        var server = await AzureServer.StartAsync();
        var container = await server.CreateContainerAsync();
        var named = $"abfss://{container}@{AzureServer.Account}.dfs.core.windows.net/lake";
        using var roots = Roots(
            isAccountNamed ? named : $"az://{container}/lake",
            new StorageAccessOptions
            {
                Endpoint = server.Endpoint,
                Account = AzureServer.Account,
                AccountKey = server.AccountKey,
            }
        );
        var store = roots.Open(roots.Locate("root", "t"));
        string[] paths =
        [
            $"{named}/t/a%2520b.parquet",
            $"abfs://{container}@{AzureServer.Account}.dfs.core.windows.net/lake/t/b%20c.parquet",
            $"wasbs://{container}@{AzureServer.Account}.blob.core.windows.net/lake/t/c.parquet",
            $"az://{container}/lake/t/d.parquet",
            "e.parquet",
        ];
        foreach (var key in (string[])["a%20b.parquet", "b c.parquet", "c.parquet", "d.parquet", "e.parquet", "stray.parquet"])
            await store.PutAsync(key, new MemoryStream([1]), TestContext.Current.CancellationToken);
        var lines = paths
            .Select(path => $$$"""{"add":{"path":"{{{path}}}","partitionValues":{},"size":1,"modificationTime":0,"dataChange":true}}""")
            .Prepend(
                """{"metaData":{"id":"t","format":{"provider":"parquet","options":{}},"schemaString":"{\"type\":\"struct\",\"fields\":[]}","partitionColumns":[],"configuration":{}}}"""
            )
            .Prepend("""{"protocol":{"minReaderVersion":1,"minWriterVersion":2}}""");
        await store.PutAsync(
            "_delta_log/00000000000000000000.json",
            new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', lines))),
            TestContext.Current.CancellationToken
        );
        var deleted = new List<string>();

        await new TableVacuum(new DeltaTable(store, new ManualTimeProvider(TimeProvider.System.GetUtcNow().AddDays(30)))).RunAsync(
            new VacuumOptions { DryRun = true, OnFile = file => deleted.Add(file.Key) },
            TestContext.Current.CancellationToken
        );

        deleted.ShouldBe(["stray.parquet"]);
    }

    private static StorageRoots Roots(string location, StorageAccessOptions options) =>
        new(new StorageRootOptions { Roots = { ["root"] = location }, Access = { ["root"] = options } });
}
