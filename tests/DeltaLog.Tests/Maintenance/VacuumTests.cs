using Tideway.DeltaLog.Maintenance;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaLog.Tests.Writing;
using Tideway.ObjectStorage;

namespace Tideway.DeltaLog.Tests.Maintenance;

public sealed class VacuumTests : IDisposable
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    private readonly WriterFixture fixture = new();
    private readonly TableVacuum vacuum;

    public VacuumTests() => vacuum = new TableVacuum(fixture.Table);

    [Fact]
    public async Task Files_that_are_needed_by_no_version_within_the_retention_are_deleted()
    {
        await FillAsync();
        var current = (await fixture.Table.LoadAsync()).Files.Select(file => file.Path).ToList();
        AgeAll(TimeSpan.FromDays(10));
        RemovedAgo(TimeSpan.FromDays(8));

        var result = await vacuum.RunAsync();

        fixture.DataFiles().ShouldBe(current.Order(StringComparer.Ordinal));
        result.Files.ShouldBe(1);
        result.FilesKept.ShouldBe(current.Count);
        (await fixture.RowsAsync()).Count.ShouldBe(3);
        var history = await fixture.Table.HistoryAsync().ToListAsync();
        history.Take(2).Select(entry => entry.Info!.Operation).ShouldBe(["VACUUM END", "VACUUM START"]);
    }

    [Fact]
    public async Task Files_removed_lately_stay_for_readers_of_older_versions()
    {
        await FillAsync();
        AgeAll(TimeSpan.FromDays(10));
        var before = fixture.DataFiles();

        (await vacuum.RunAsync()).Files.ShouldBe(0);

        fixture.DataFiles().ShouldBe(before);
        (await fixture.RowsAsync(1)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task What_crashed_writers_left_is_deleted_once_it_is_old()
    {
        await FillAsync();
        var needed = fixture.DataFiles();
        var old = new[] { "stray.parquet", "p=1/stray.parquet", "staging-0190/0/data_0.parquet", "_change_data/cdc-stray.parquet", "deletion_vector_0190.bin" };
        foreach (var name in old)
            Put(name, TimeSpan.FromDays(8));
        Put("young.parquet", TimeSpan.FromDays(6));
        Put($".{Guid.CreateVersion7():N}.partial", TimeSpan.FromDays(8));
        Put($"_delta_log/.{Guid.CreateVersion7():N}.partial", TimeSpan.FromDays(8));
        Put($"_delta_log/.{Guid.CreateVersion7():N}.partial", TimeSpan.FromDays(1));

        (await vacuum.RunAsync()).Files.ShouldBe(old.Length);

        fixture.DataFiles().ShouldBe(needed.Append("young.parquet").Order(StringComparer.Ordinal));
        Directory.GetFiles(fixture.Folder.Log, ".*.partial").Length.ShouldBe(1);
    }

    [Fact]
    public async Task What_is_hidden_and_the_log_are_never_touched()
    {
        await FillAsync();
        var hidden = new[] { "_delta_log/0.json.tmp", "_delta_log/_commits/x", "_mine/x.parquet", ".git/x", "p/_x.parquet", "metadata/v1.json", "p/.x" };
        foreach (var name in hidden)
            Put(name, TimeSpan.FromDays(400));

        (await vacuum.RunAsync(new VacuumOptions { Retention = TimeSpan.Zero, Force = true })).Files.ShouldBe(1);

        foreach (var name in hidden)
            File.Exists(Path.Combine(fixture.Folder.Path, name)).ShouldBeTrue(name);
    }

    [Fact]
    public async Task Partitions_of_a_column_with_an_underscore_are_not_hidden()
    {
        await fixture.CreateAsync("SELECT 1 AS _p, 2 AS id", ["_p"]);
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT 1 AS _p, 2 AS id");
        Put("_p=1/stray.parquet", TimeSpan.FromDays(8));
        Put("_q=1/stray.parquet", TimeSpan.FromDays(8));

        (await vacuum.RunAsync()).Files.ShouldBe(1);

        (await fixture.RowsAsync()).ShouldBe(["1|2"]);
        File.Exists(Path.Combine(fixture.Folder.Path, "_q=1/stray.parquet")).ShouldBeTrue();
    }

    [Fact]
    public async Task Change_files_stay_as_long_as_the_log_names_them()
    {
        await FillAsync(WriterFixture.FeedOn);
        AgeAll(TimeSpan.FromDays(10));

        await vacuum.RunAsync(new VacuumOptions { Retention = TimeSpan.Zero, Force = true });

        fixture.DataFiles().ShouldContain(path => path.StartsWith("_change_data", StringComparison.Ordinal));
        (await fixture.ChangesAsync(2, 2)).ShouldBe(["1|delete|2"]);
    }

    [Fact]
    public async Task Deletion_vectors_stay_with_the_versions_that_need_them()
    {
        var uuid = Guid.Parse("d2c639aa-8816-431a-aaf6-d3fe2512ff61");
        var key = $"ab/deletion_vector_{uuid}.bin";
        fixture.Folder.Commit(
            0,
            """{"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["deletionVectors"],"writerFeatures":["deletionVectors"]}}""",
            TableFolder.Metadata,
            TableFolder.Add(
                "a",
                ",\"deletionVector\":{\"storageType\":\"u\",\"pathOrInlineDv\":\"ab^-aqEH.-t@S}K{vb[*k^\",\"offset\":4,\"sizeInBytes\":40,\"cardinality\":6}"
            )
        );
        Put("a", TimeSpan.FromDays(9));
        Put(key, TimeSpan.FromDays(9));
        Put($"cd/deletion_vector_{uuid}.bin", TimeSpan.FromDays(9));

        await vacuum.RunAsync(new VacuumOptions { RecordInHistory = false });

        fixture.DataFiles().ShouldBe(["a", key]);
    }

    [Fact]
    public async Task Files_that_the_log_names_through_a_link_to_the_folder_are_needed()
    {
        var elsewhere = Directory.CreateTempSubdirectory("tideway-links-").FullName;
        try
        {
            Directory.CreateSymbolicLink(Path.Combine(elsewhere, "lake"), fixture.Folder.Path);
            Directory.CreateSymbolicLink(Path.Combine(elsewhere, "part"), Path.Combine(fixture.Folder.Path, "p=1"));
            foreach (var name in (string[])["a b.parquet", "p=1/b.parquet", "p=1/c.parquet", "d.parquet", "v.bin", "stray.parquet", "p=1/stray.parquet"])
                Put(name, TimeSpan.FromDays(9));
            File.CreateSymbolicLink(Path.Combine(elsewhere, "d.parquet"), Path.Combine(fixture.Folder.Path, "d.parquet"));
            fixture.Folder.Commit(
                0,
                """{"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["deletionVectors"],"writerFeatures":["deletionVectors"]}}""",
                TableFolder.Metadata,
                TableFolder.Add(
                    $"file://{elsewhere}/lake/a%20b.parquet",
                    $$"""
                    ,"deletionVector":{"storageType":"p","pathOrInlineDv":"file://{{elsewhere}}/lake/v.bin","offset":1,"sizeInBytes":40,"cardinality":6}
                    """.Trim()
                ),
                TableFolder.Add($"{elsewhere}/lake/p=1/b.parquet"),
                TableFolder.Add($"file:{elsewhere}/part/c.parquet"),
                TableFolder.Add($"file://{elsewhere}/d.parquet")
            );

            await vacuum.RunAsync(new VacuumOptions { RecordInHistory = false });

            fixture.DataFiles().ShouldBe(["a b.parquet", "d.parquet", "p=1/b.parquet", "p=1/c.parquet", "v.bin"]);
        }
        finally
        {
            Directory.Delete(elsewhere, recursive: true);
        }
    }

    [Fact]
    public async Task Files_that_the_log_names_through_links_within_the_folder_are_needed()
    {
        foreach (var name in (string[])["p=1/a.parquet", "p=1/stray.parquet", "b.parquet", "stray.parquet"])
            Put(name, TimeSpan.FromDays(9));
        Directory.CreateSymbolicLink(Path.Combine(fixture.Folder.Path, "link"), Path.Combine(fixture.Folder.Path, "p=1"));
        File.CreateSymbolicLink(Path.Combine(fixture.Folder.Path, "also-b.parquet"), Path.Combine(fixture.Folder.Path, "b.parquet"));
        fixture.Folder.Create(TableFolder.Add("link/a.parquet"), TableFolder.Add("also-b.parquet"), TableFolder.Add(new string('x', 400)));

        await vacuum.RunAsync(new VacuumOptions { RecordInHistory = false });

        foreach (var needed in (string[])["also-b.parquet", "b.parquet", "p=1/a.parquet"])
            File.Exists(Path.Combine(fixture.Folder.Path, needed)).ShouldBeTrue(needed);
        foreach (var stray in (string[])["stray.parquet", "p=1/stray.parquet"])
            File.Exists(Path.Combine(fixture.Folder.Path, stray)).ShouldBeFalse(stray);
    }

    [Fact]
    public async Task A_name_that_leads_in_circles_ends_the_vacuum_before_anything_is_removed()
    {
        Put("stray.parquet", TimeSpan.FromDays(9));
        File.CreateSymbolicLink(Path.Combine(fixture.Folder.Path, "one"), Path.Combine(fixture.Folder.Path, "other"));
        File.CreateSymbolicLink(Path.Combine(fixture.Folder.Path, "other"), Path.Combine(fixture.Folder.Path, "one"));
        fixture.Folder.Create(TableFolder.Add("one"));

        var failure = await Should.ThrowAsync<ObjectStorageException>(() => vacuum.RunAsync(new VacuumOptions { RecordInHistory = false }));

        failure.Message.ShouldContain("symbolic links");
        File.Exists(Path.Combine(fixture.Folder.Path, "stray.parquet")).ShouldBeTrue();
    }

    [Fact]
    public async Task Paths_count_decoded_and_absolute_ones_below_the_folder()
    {
        fixture.Folder.Create(
            TableFolder.Add("p=a%2520b/x%20y.parquet"),
            TableFolder.Add($"file://{fixture.Folder.Path}/absolute.parquet"),
            TableFolder.Add("/elsewhere/z.parquet")
        );
        foreach (var name in new[] { "p=a%20b/x y.parquet", "absolute.parquet", "p=a b/x y.parquet" })
            Put(name, TimeSpan.FromDays(9));

        await vacuum.RunAsync(new VacuumOptions { RecordInHistory = false });

        fixture.DataFiles().ShouldBe(["absolute.parquet", "p=a%20b/x y.parquet"]);
    }

    [Fact]
    public async Task Files_of_a_checkpoint_count_as_those_of_commits_do()
    {
        await FillAsync();
        AgeAll(TimeSpan.FromDays(10));
        await fixture.Table.WriteCheckpointAsync(await fixture.Table.LatestVersionAsync());
        var needed = fixture.DataFiles();

        (await vacuum.RunAsync(new VacuumOptions { RecordInHistory = false })).Files.ShouldBe(0);
        fixture.DataFiles().ShouldBe(needed);
        (
            await vacuum.RunAsync(
                new VacuumOptions
                {
                    Retention = TimeSpan.Zero,
                    Force = true,
                    RecordInHistory = false,
                }
            )
        ).Files.ShouldBe(1);

        (await fixture.RowsAsync()).Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_dry_run_only_tells()
    {
        await FillAsync();
        Put("stray.parquet", TimeSpan.FromDays(8));
        var before = fixture.DataFiles();
        var told = new List<ObjectInfo>();

        var result = await vacuum.RunAsync(new VacuumOptions { DryRun = true, OnFile = told.Add });

        result.Files.ShouldBe(1);
        told.Single().Key.ShouldBe("stray.parquet");
        fixture.DataFiles().ShouldBe(before);
        (await fixture.Table.LatestVersionAsync()).ShouldBe(3);
    }

    [Fact]
    public async Task A_retention_below_the_tables_is_refused_unless_it_is_forced()
    {
        await fixture.CreateAsync("SELECT 1 AS id", null, (TableProperties.DeletedFileRetention, "interval 2 days"));
        Put("stray.parquet", TimeSpan.FromDays(1.5));

        await vacuum.RunAsync(new VacuumOptions { Retention = TimeSpan.FromDays(1) }).ShouldFailAsync(DeltaLogError.RetentionTooShort);
        fixture.DataFiles().ShouldHaveSingleItem();
        await vacuum.RunAsync(new VacuumOptions { Retention = TimeSpan.FromDays(2) });
        fixture.DataFiles().ShouldHaveSingleItem();
        await vacuum.RunAsync(new VacuumOptions { Retention = TimeSpan.FromDays(1), Force = true });

        fixture.DataFiles().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_table_that_may_not_be_written_is_not_cleaned()
    {
        fixture.Folder.Commit(0, """{"protocol":{"minReaderVersion":1,"minWriterVersion":7,"writerFeatures":["telepathy"]}}""", TableFolder.Metadata);
        Put("stray.parquet", TimeSpan.FromDays(8));

        (await vacuum.RunAsync().ShouldFailAsync(DeltaLogError.UnsupportedWriterFeature)).Message.ShouldContain("telepathy");

        fixture.DataFiles().ShouldHaveSingleItem();
    }

    public void Dispose() => fixture.Dispose();

    // Three rows in two files; a third file was removed by version 2.
    private async Task FillAsync(params (string Key, string Value)[] configuration)
    {
        await fixture.CreateAsync("SELECT 1 AS id", null, configuration);
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT unnest([1, 2]) AS id");
        await fixture.Writer.DeleteAsync(fixture.Connection, "id = 1");
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT unnest([3, 4]) AS id");
    }

    private void AgeAll(TimeSpan age)
    {
        foreach (var path in fixture.DataFiles())
            File.SetLastWriteTimeUtc(Path.Combine(fixture.Folder.Path, path), (Now - age).UtcDateTime);
    }

    private void Put(string name, TimeSpan age)
    {
        var path = Path.Combine(fixture.Folder.Path, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "x");
        File.SetLastWriteTimeUtc(path, (Now - age).UtcDateTime);
    }

    private void RemovedAgo(TimeSpan age)
    {
        var path = fixture.Folder.CommitPath(2);
        var text = System.Text.RegularExpressions.Regex.Replace(
            File.ReadAllText(path),
            "\"deletionTimestamp\":[0-9]+",
            $"\"deletionTimestamp\":{(Now - age).ToUnixTimeMilliseconds()}",
            System.Text.RegularExpressions.RegexOptions.None,
            TimeSpan.FromSeconds(30)
        );
        File.WriteAllText(path, text);
    }
}
