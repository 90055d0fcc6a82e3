using Tideway.DeltaLog.Snapshots;

namespace Tideway.DeltaLog.CrossCheck.Tests.Fuzz;

public class FuzzedLogTests
{
    private const int Inputs = 25_000;

    [Fact]
    public Task A_damaged_log_is_read_or_refused_and_never_breaks_the_reader() =>
        FuzzRun.RunAsync(1, Inputs, seed => new LogProbe(FuzzedLog.Make(seed).Store).RunAsync(), seed => FuzzedLog.Make(seed).Describe());

    [Fact]
    public Task The_order_of_lines_within_a_commit_means_nothing() =>
        FuzzRun.RunAsync(
            1,
            2_000,
            async seed =>
            {
                var source = LogCorpus.All[seed % LogCorpus.All.Count];
                var random = new Random(seed);
                var (sorted, shuffled) = (new MemoryStore(), new MemoryStore());
                foreach (var (key, bytes) in source)
                {
                    sorted[key] = bytes;
                    shuffled[key] = LogNames.IsCommit(key) ? Shuffle(bytes, random) : bytes;
                }

                (await ContentAsync(shuffled)).ShouldBe(await ContentAsync(sorted));
            },
            seed => $"Table {seed % LogCorpus.All.Count} of the corpus."
        );

    [Fact]
    public Task Going_on_from_an_older_version_gives_what_loading_afresh_gives() =>
        FuzzRun.RunAsync(
            1,
            5_000,
            async seed =>
            {
                var store = FuzzedLog.Make(seed).Store;
                // A checkpoint may say something else than the commits before it.
                if (
                    store.Objects.Any(file =>
                        file.Key.Contains("checkpoint", StringComparison.Ordinal) || file.Key.Contains("compacted", StringComparison.Ordinal)
                    )
                )
                    return;
                var table = new DeltaTable(store, TimeProvider.System);
                try
                {
                    var first = await table.LoadAsync(0);
                    var latest = await table.LoadAsync();
                    Content(await table.UpdateAsync(first)).ShouldBe(Content(latest));
                }
                catch (DeltaLogException)
                {
                    // Whether a log that cannot be read is refused alike is not the matter here.
                }
            },
            seed => FuzzedLog.Make(seed).Describe()
        );

    private static byte[] Shuffle(byte[] bytes, Random random)
    {
        var lines = System.Text.Encoding.UTF8.GetString(bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        random.Shuffle(lines);
        return System.Text.Encoding.UTF8.GetBytes(string.Join('\n', lines));
    }

    private static async Task<string> ContentAsync(MemoryStore store)
    {
        try
        {
            return Content(await new DeltaTable(store, TimeProvider.System).LoadAsync());
        }
        catch (DeltaLogException exception)
        {
            return exception.Error.ToString();
        }
    }

    private static string Content(Snapshot snapshot) =>
        string.Join(
            '\n',
            snapshot
                .Files.Select(file => $"{file.Path} {file.DeletionVector?.UniqueId} {file.Size}")
                .Prepend(string.Join(',', snapshot.Transactions.OrderBy(pair => pair.Key, StringComparer.Ordinal)))
                .Prepend(snapshot.Metadata.SchemaString)
                .Prepend($"{snapshot.Version} {snapshot.Protocol.MinReaderVersion} {snapshot.FileCount} {snapshot.TotalBytes}")
        );
}
