using Tideway.DeltaLog.Commit;

namespace Tideway.DeltaLog.Tests.Commit;

public sealed class ConflictTests : IDisposable
{
    private static readonly Dictionary<string, Action<DeltaTransaction>> Work = new()
    {
        ["append"] = transaction => transaction.Add(TableFolder.File(Guid.CreateVersion7().ToString())),
        ["rewrite a"] = transaction =>
        {
            transaction.ReadsTable = true;
            transaction.Remove(TableFolder.File("a"));
            transaction.Add(TableFolder.File(Guid.CreateVersion7().ToString()));
        },
        ["rewrite b"] = transaction =>
        {
            transaction.ReadsTable = true;
            transaction.Remove(TableFolder.File("b"));
            transaction.Add(TableFolder.File(Guid.CreateVersion7().ToString()));
        },
        ["compact b"] = transaction =>
        {
            transaction.Remove(TableFolder.File("b"), dataChange: false);
            transaction.Add(TableFolder.File(Guid.CreateVersion7().ToString(), dataChange: false));
        },
        ["drop a"] = transaction => transaction.Remove(TableFolder.File("a")),
        ["drop b"] = transaction => transaction.Remove(TableFolder.File("b")),
        ["metadata"] = transaction => transaction.UpdateMetadata(TableFolder.NewMetadata(("k", "v"))),
        ["protocol"] = transaction => transaction.UpdateProtocol(TableFolder.NewProtocol(1, 4)),
        ["txn x"] = transaction => transaction.SetTransaction("x", 1),
        ["txn y"] = transaction => transaction.SetTransaction("y", 1),
        ["add c"] = transaction => transaction.Add(TableFolder.File("c")),
    };

    private readonly TableFolder folder = new();

    [Theory]
    [InlineData("append", "append", true)]
    [InlineData("append", "rewrite a", true)]
    [InlineData("append", "metadata", false)]
    [InlineData("append", "protocol", false)]
    [InlineData("append", "drop a", true)]
    [InlineData("append", "txn x", true)]
    [InlineData("add c", "add c", false)]
    [InlineData("rewrite a", "append", false)]
    [InlineData("rewrite a", "rewrite a", false)]
    [InlineData("rewrite a", "rewrite b", false)]
    [InlineData("rewrite a", "compact b", true)]
    [InlineData("rewrite a", "drop b", false)]
    [InlineData("rewrite a", "txn x", true)]
    [InlineData("compact b", "append", true)]
    [InlineData("compact b", "rewrite a", true)]
    [InlineData("compact b", "rewrite b", false)]
    [InlineData("compact b", "drop b", false)]
    [InlineData("drop a", "append", true)]
    [InlineData("drop a", "drop a", false)]
    [InlineData("drop a", "drop b", true)]
    [InlineData("metadata", "metadata", false)]
    [InlineData("metadata", "append", false)]
    [InlineData("metadata", "txn x", true)]
    [InlineData("protocol", "protocol", false)]
    [InlineData("txn x", "txn x", false)]
    [InlineData("txn x", "txn y", true)]
    [InlineData("txn x", "metadata", false)]
    public async Task A_transaction_passes_or_conflicts_with_one_that_was_faster(string slow, string fast, bool passes)
    {
        folder.Create(TableFolder.Add("a"), TableFolder.Add("b"));
        var snapshot = await folder.Table.LoadAsync();
        var mine = folder.Table.BeginTransaction(snapshot);
        Work[slow](mine);
        var theirs = folder.Table.BeginTransaction(snapshot);
        Work[fast](theirs);
        await theirs.CommitAsync();

        if (passes)
            (await mine.CommitAsync()).ShouldSatisfyAllConditions(result => result.Version.ShouldBe(2), result => result.Attempts.ShouldBe(2));
        else
            (await mine.CommitAsync().ShouldFailAsync(DeltaLogError.Conflict)).Version.ShouldBe(1);
        (await folder.Table.LatestVersionAsync()).ShouldBe(passes ? 2 : 1);
    }

    [Theory]
    [InlineData("1", "1", false)]
    [InlineData("1", "2", true)]
    public async Task Changes_in_partitions_that_were_not_read_pass(string read, string changed, bool passes)
    {
        folder.Create(TableFolder.Add("a").Replace("\"partitionValues\":{}", $"\"partitionValues\":{{\"p\":\"{read}\"}}"));
        var snapshot = await folder.Table.LoadAsync();
        var mine = folder.Table.BeginTransaction(snapshot);
        mine.ReadsTable = true;
        mine.ReadFilter = file => file.PartitionValues["p"] == read;
        mine.Remove(snapshot.Files.Single());
        var theirs = folder.Table.BeginTransaction(snapshot);
        theirs.Add(TableFolder.File("b") with { PartitionValues = new Dictionary<string, string?> { ["p"] = changed } });
        await theirs.CommitAsync();

        if (passes)
            (await mine.CommitAsync()).Version.ShouldBe(2);
        else
            await mine.CommitAsync().ShouldFailAsync(DeltaLogError.Conflict);
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("Serializable", false)]
    [InlineData("WriteSerializable", true)]
    public async Task A_table_may_let_blind_appends_pass_rewrites(string? level, bool passes)
    {
        var metadata = level is null ? TableFolder.NewMetadata() : TableFolder.NewMetadata(("delta.isolationLevel", level));
        await folder.Table.BeginCreation(TableFolder.NewProtocol(), metadata).CommitAsync();
        var snapshot = await folder.Table.LoadAsync();
        var mine = folder.Table.BeginTransaction(snapshot);
        Work["rewrite a"](mine);
        var theirs = folder.Table.BeginTransaction(snapshot);
        Work["append"](theirs);
        await theirs.CommitAsync();

        if (passes)
            (await mine.CommitAsync()).Version.ShouldBe(2);
        else
            await mine.CommitAsync().ShouldFailAsync(DeltaLogError.Conflict);
    }

    [Fact]
    public async Task Many_appenders_at_once_all_get_their_version()
    {
        folder.Create();
        var snapshot = await folder.Table.LoadAsync();

        await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(writer =>
                    Task.Run(async () =>
                    {
                        for (var index = 0; index < 10; index++)
                        {
                            var transaction = folder.Table.BeginTransaction(snapshot);
                            transaction.Add(TableFolder.File($"{writer}-{index}"));
                            await transaction.CommitAsync();
                        }
                    })
                )
        );

        var loaded = await folder.Table.LoadAsync();
        loaded.Version.ShouldBe(40);
        loaded.FileCount.ShouldBe(40);
    }

    [Fact]
    public async Task A_table_is_only_created_once()
    {
        await folder.Table.BeginCreation(TableFolder.NewProtocol(), TableFolder.NewMetadata()).CommitAsync();

        await folder.Table.BeginCreation(TableFolder.NewProtocol(), TableFolder.NewMetadata()).CommitAsync().ShouldFailAsync(DeltaLogError.TableExists);
    }

    public void Dispose() => folder.Dispose();
}
