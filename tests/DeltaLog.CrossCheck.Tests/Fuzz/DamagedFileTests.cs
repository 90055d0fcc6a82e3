using System.Text;
using Tideway.DeltaLog.Reading;
using Tideway.DuckDb;
using Tideway.ObjectStorage;

namespace Tideway.DeltaLog.CrossCheck.Tests.Fuzz;

/// <summary>Checkpoints, deletion vectors and data files with damaged bytes, read through DuckDB.</summary>
public sealed class DamagedFileTests : IDisposable
{
    private static readonly string[] WithCheckpoints =
    [
        "dat/with_checkpoint",
        "golden/checkpoint",
        "golden/multi-part-checkpoint",
        "golden/v2-checkpoint-parquet",
        "golden/v2-checkpoint-json",
        "golden/dv-partitioned-with-checkpoint",
    ];

    private static readonly string[] WithRows =
    [
        "dat/all_primitive_types",
        "dat/nested_types",
        "dat/basic_partitioned",
        "golden/parquet-all-types",
        "dat/deletion_vectors",
    ];

    private static readonly string[] WithVectors = ["dat/deletion_vectors", "golden/log-replay-dv-key-cases", "delta-rs/table-with-dv-small"];

    private readonly string folder = Directory.CreateTempSubdirectory("tideway-damage-").FullName;

    // A damaged length must not take the machine's memory.
    private readonly DuckDbDatabase database = DuckDbDatabase.Open(new DuckDbOptions { MemoryLimitBytes = 1L << 30, Threads = 1 });

    [Fact]
    public Task A_damaged_checkpoint_is_read_or_refused() =>
        FuzzRun.RunAsync(
            1,
            1_000,
            seed => LoadAsync(Damaged(seed, WithCheckpoints, IsCheckpoint).Store),
            seed => Damaged(seed, WithCheckpoints, IsCheckpoint).What
        );

    [Fact]
    public Task A_damaged_deletion_vector_is_refused_or_deletes_as_many_rows_as_the_log_says() =>
        FuzzRun.RunAsync(
            1,
            10_000,
            async seed =>
            {
                var store = Damaged(seed, WithVectors, key => key.EndsWith(".bin", StringComparison.Ordinal)).Store;
                await AllowAsync(async () =>
                {
                    var snapshot = await new DeltaTable(store, TimeProvider.System).LoadAsync();
                    await new TableReader(store).ScanSqlAsync(snapshot, new ScanOptions { LocalPath = key => $"/nowhere/{key}" });
                });
            },
            seed => Damaged(seed, WithVectors, key => key.EndsWith(".bin", StringComparison.Ordinal)).What
        );

    [Fact]
    public Task A_damaged_data_file_is_read_or_refused() =>
        FuzzRun.RunAsync(1, 1_000, ReadRowsAsync, seed => Damaged(seed, WithRows, key => key.EndsWith(".parquet", StringComparison.Ordinal)).What);

    public void Dispose()
    {
        database.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private static bool IsCheckpoint(string key) =>
        key.Contains(".checkpoint.", StringComparison.Ordinal)
        || key.Contains("_sidecars/", StringComparison.Ordinal)
        || key.EndsWith("_last_checkpoint", StringComparison.Ordinal);

    private async Task LoadAsync(MemoryStore store)
    {
        var table = new DeltaTable(store, TimeProvider.System, new DeltaTableOptions { Database = database, TemporaryFolder = folder });
        await AllowAsync(async () => (await table.LoadAsync()).Files.Count().ShouldBeGreaterThanOrEqualTo(0));
        await AllowAsync(async () => await table.LoadDescriptionAsync(await table.LatestVersionAsync()));
    }

    private async Task ReadRowsAsync(int seed)
    {
        var (store, _) = Damaged(
            seed,
            WithRows,
            key => key.EndsWith(".parquet", StringComparison.Ordinal) && !key.StartsWith("_delta_log", StringComparison.Ordinal)
        );
        var copy = Path.Combine(folder, $"rows-{seed}");
        foreach (var (key, bytes) in store.Objects)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(copy, key))!);
            await File.WriteAllBytesAsync(Path.Combine(copy, key), bytes);
        }

        using (var connection = database.Connect())
        {
            await AllowAsync(async () =>
            {
                var snapshot = await new DeltaTable(store, TimeProvider.System).LoadAsync();
                var sql = await new TableReader(store).ScanSqlAsync(snapshot, new ScanOptions { LocalPath = key => Path.Combine(copy, key) });
                using var result = connection.Query(sql);
                result.Rows().Count().ShouldBeGreaterThanOrEqualTo(0);
            });
        }

        Directory.Delete(copy, recursive: true);
    }

    private static async Task AllowAsync(Func<Task> read)
    {
        try
        {
            await read();
        }
        catch (Exception exception) when (exception is DeltaLogException or ObjectStorageException or DuckDbException)
        {
            exception.Message.ShouldNotBeNullOrWhiteSpace();
        }
    }

    private static (MemoryStore Store, string What) Damaged(int seed, string[] tables, Func<string, bool> isTarget)
    {
        var random = new Random(seed);
        var table = tables[random.Next(tables.Length)];
        var store = new MemoryStore();
        var source = SourceTables.Folder(table);
        foreach (var path in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
            store[Path.GetRelativePath(source, path).Replace('\\', '/')] = File.ReadAllBytes(path);
        var targets = store.Objects.Select(file => file.Key).Where(isTarget).ToArray();
        var what = new StringBuilder(table);
        for (var times = random.Next(1, 4); times > 0; times--)
        {
            var key = targets[random.Next(targets.Length)];
            store[key] = ByteDamage.Apply(store[key], random);
            what.Append("; ").Append(key);
        }

        return (store, what.ToString());
    }
}
