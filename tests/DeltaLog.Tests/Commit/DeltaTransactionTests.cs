using System.Text.Json;
using Tideway.DeltaLog.Actions;

namespace Tideway.DeltaLog.Tests.Commit;

public sealed class DeltaTransactionTests : IDisposable
{
    private readonly ManualTime time = new(DateTimeOffset.FromUnixTimeSeconds(1_000_000));
    private readonly TableFolder folder;

    public DeltaTransactionTests() => folder = new TableFolder(time);

    [Fact]
    public async Task A_commit_says_where_it_came_from()
    {
        folder.Create();
        var transaction = folder.Table.BeginTransaction(await folder.Table.LoadAsync());
        transaction.Operation = "SYNC";
        transaction.OperationParameters["mode"] = "Append";
        transaction.OperationMetrics["numFiles"] = "1";
        transaction.Add(TableFolder.File("a"));
        transaction.SetTransaction("sync", 7);
        transaction.AddCdc(new AddCdcFile { Path = "_change_data/c", Size = 5 });

        await transaction.CommitAsync();

        var first = JsonDocument.Parse(File.ReadLines(folder.CommitPath(1)).First()).RootElement.GetProperty("commitInfo");
        first.GetProperty("timestamp").GetInt64().ShouldBe(1_000_000_000);
        first.GetProperty("operation").GetString().ShouldBe("SYNC");
        first.GetProperty("operationParameters").GetProperty("mode").GetString().ShouldBe("Append");
        first.GetProperty("operationMetrics").GetProperty("numFiles").GetString().ShouldBe("1");
        first.GetProperty("readVersion").GetInt64().ShouldBe(0);
        first.GetProperty("isBlindAppend").GetBoolean().ShouldBeTrue();
        var changes = (await folder.Table.ReadChangesAsync(1).ToListAsync()).Single();
        changes.Adds.Single().Path.ShouldBe("a");
        changes.CdcFiles.Single().Path.ShouldBe("_change_data/c");
        changes.Transactions.Single().ShouldSatisfyAllConditions(txn => txn.AppId.ShouldBe("sync"), txn => txn.Version.ShouldBe(7));
    }

    [Fact]
    public async Task In_commit_timestamps_rise_even_where_the_clock_does_not()
    {
        var protocol = TableFolder.NewProtocol(1, 7, writerFeatures: ["inCommitTimestamp"]);
        await folder.Table.BeginCreation(protocol, TableFolder.NewMetadata(("delta.enableInCommitTimestamps", "true"))).CommitAsync();
        var snapshot = await folder.Table.LoadAsync();
        time.Now -= TimeSpan.FromHours(1);
        foreach (var path in new[] { "a", "b" })
        {
            var transaction = folder.Table.BeginTransaction(snapshot);
            transaction.Add(TableFolder.File(path));
            await transaction.CommitAsync();
        }

        var history = await folder.Table.HistoryAsync().ToListAsync();

        history.Select(entry => entry.Info!.InCommitTimestamp).ShouldBe([1_000_000_002, 1_000_000_001, 1_000_000_000]);
        history.Select(entry => entry.Timestamp.ToUnixTimeMilliseconds()).ShouldBe([1_000_000_002, 1_000_000_001, 1_000_000_000]);
    }

    [Fact]
    public async Task In_commit_timestamps_are_turned_on_with_the_version_that_really_did_it()
    {
        folder.Create().At(0, 2_000_000);
        var snapshot = await folder.Table.LoadAsync();
        var transaction = folder.Table.BeginTransaction(snapshot);
        transaction.UpdateProtocol(TableFolder.NewProtocol(1, 7, writerFeatures: ["inCommitTimestamp"]));
        transaction.UpdateMetadata(TableFolder.NewMetadata(("delta.enableInCommitTimestamps", "true")));
        var faster = folder.Table.BeginTransaction(snapshot);
        faster.SetTransaction("x", 1);
        await faster.CommitAsync();
        folder.At(1, 3_000_000.5);

        await transaction.CommitAsync();

        // The clock stands before the commits that were there: the time is later than theirs all the same.
        var loaded = await folder.Table.LoadAsync();
        loaded.Configuration["delta.inCommitTimestampEnablementVersion"].ShouldBe("2");
        loaded.Configuration["delta.inCommitTimestampEnablementTimestamp"].ShouldBe("3000000501");
        loaded.Timestamp.ToUnixTimeMilliseconds().ShouldBe(3_000_000_501);
        (await folder.Table.VersionAtOrBeforeAsync(DateTimeOffset.FromUnixTimeSeconds(2_500_000))).ShouldBe(0);
        (await folder.Table.VersionAtOrBeforeAsync(DateTimeOffset.FromUnixTimeSeconds(4_000_000))).ShouldBe(2);
    }

    [Fact]
    public async Task In_commit_timestamps_that_are_turned_off_leave_no_trace_of_when_they_began()
    {
        folder.Create();
        var on = folder.Table.BeginTransaction(await folder.Table.LoadAsync());
        on.UpdateProtocol(TableFolder.NewProtocol(1, 7, writerFeatures: ["inCommitTimestamp"]));
        on.UpdateMetadata(TableFolder.NewMetadata(("delta.enableInCommitTimestamps", "true")));
        await on.CommitAsync();
        var snapshot = await folder.Table.LoadAsync();
        var off = folder.Table.BeginTransaction(snapshot);
        var configuration = snapshot.Configuration.ToDictionary();
        configuration["delta.enableInCommitTimestamps"] = "false";
        off.UpdateMetadata(snapshot.Metadata with { Configuration = configuration });
        await off.CommitAsync();

        (await folder.Table.LoadAsync()).Configuration.Keys.ShouldBe(["delta.enableInCommitTimestamps"]);
    }

    [Theory]
    [InlineData("icebergCompatV1")]
    [InlineData("icebergCompatV2")]
    [InlineData("telepathy")]
    public async Task A_writer_feature_that_is_not_supported_is_refused_by_name(string feature)
    {
        folder.Commit(
            0,
            $$$"""{"protocol":{"minReaderVersion":1,"minWriterVersion":7,"writerFeatures":["appendOnly","{{{feature}}}"]}}""",
            TableFolder.Metadata
        );
        var transaction = folder.Table.BeginTransaction(await folder.Table.LoadAsync());
        transaction.Add(TableFolder.File("a"));

        var commit = async () =>
        {
            await transaction.CommitAsync();
        };

        (await commit().ShouldFailAsync(DeltaLogError.UnsupportedWriterFeature)).Message.ShouldContain(feature);
        File.Exists(folder.CommitPath(1)).ShouldBeFalse();
    }

    [Fact]
    public async Task An_append_only_table_keeps_its_rows()
    {
        await folder.Table.BeginCreation(TableFolder.NewProtocol(), TableFolder.NewMetadata(("delta.appendOnly", "true"))).CommitAsync();
        var snapshot = await folder.Table.LoadAsync();
        var removal = folder.Table.BeginTransaction(snapshot);
        removal.Remove(TableFolder.File("a"));
        var compaction = folder.Table.BeginTransaction(snapshot);
        compaction.Remove(TableFolder.File("a"), dataChange: false);

        var commit = async () =>
        {
            await removal.CommitAsync();
        };

        await commit().ShouldFailAsync(DeltaLogError.AppendOnly);
        (await compaction.CommitAsync()).Version.ShouldBe(1);
    }

    [Fact]
    public async Task A_commit_that_the_store_took_but_reported_as_failed_is_recognised()
    {
        folder.Create();
        var store = new FaultyStore(folder.Store) { FailAfterPut = true };
        var table = new DeltaTable(store, time);
        var transaction = table.BeginTransaction(await table.LoadAsync());
        transaction.Add(TableFolder.File("a"));

        (await transaction.CommitAsync()).Version.ShouldBe(1);
        (await folder.Table.LatestVersionAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task A_commit_whose_fate_cannot_be_told_is_reported_as_such()
    {
        folder.Create();
        var store = new FaultyStore(folder.Store);
        var table = new DeltaTable(store, time);
        var transaction = table.BeginTransaction(await table.LoadAsync());
        transaction.Add(TableFolder.File("a"));
        store.FailAfterPut = store.FailReads = true;

        await transaction.CommitAsync().ShouldFailAsync(DeltaLogError.CommitOutcomeUnknown);
    }

    [Fact]
    public async Task A_transaction_commits_once()
    {
        folder.Create();
        var transaction = folder.Table.BeginTransaction(await folder.Table.LoadAsync());
        await transaction.CommitAsync();

        await Should.ThrowAsync<InvalidOperationException>(async () => await transaction.CommitAsync());
    }

    [Fact]
    public async Task The_same_file_cannot_be_added_twice()
    {
        var transaction = folder.Create().Table.BeginTransaction(await folder.Table.LoadAsync());
        transaction.Add(TableFolder.File("a%20b"));

        Should.Throw<ArgumentException>(() => transaction.Add(TableFolder.File("a b")));
    }

    public void Dispose() => folder.Dispose();
}
