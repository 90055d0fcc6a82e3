using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Tideway.CdfPublisher.Changes;
using Tideway.CdfPublisher.Shares;
using Tideway.CdfPublisher.Tests.Support;
using Tideway.DeltaLog;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Server.Answers;
using Tideway.DeltaSharing.Server.Parameters;
using Tideway.DeltaSharing.Server.Tables;
using Tideway.ObjectStorage.Local;

namespace Tideway.CdfPublisher.Tests.Changes;

/// <summary>What comes between the look at a table and the last of its changes.</summary>
public sealed class RemadeTableTests : ChangesScene
{
    // What the service keeps of a range in memory holds no more than this.
    private const int MoreThanIsKept = 10_001;

    [Fact]
    public async Task Changes_are_not_told_with_those_of_another_table_that_was_made_in_its_place_meanwhile()
    {
        var answer = await AnswerAsync("orders", startingVersion: 1);
        MakeAnew("orders", versions: 9);

        var failure = await Should.ThrowAsync<TableRemadeException>(() => WriteAsync(answer, () => { }));

        var refusal = answer.Explain!(failure).ShouldNotBeNull();
        refusal.Status.ShouldBe(StatusCodes.Status503ServiceUnavailable);
        refusal.Message.ShouldContain("sales.public.orders was made anew");
        refusal.Message.ShouldNotContain(storage.Path);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(9)]
    public async Task A_table_that_is_made_anew_while_its_changes_are_told_ends_the_answer_with_a_failure(int versions)
    {
        new DeltaFolder(storage.Path, "orders").Commit(6, [.. Enumerable.Range(0, MoreThanIsKept).Select(i => DeltaFolder.Add($"many-{i}.parquet"))]).Append(7);
        var answer = await AnswerAsync("orders", startingVersion: 1);
        var isAnew = false;

        var failure = await Should.ThrowAsync<Exception>(() => WriteAsync(answer, MakeAnewOnce));

        isAnew.ShouldBeTrue();
        answer.Explain!(failure).ShouldNotBeNull();

        void MakeAnewOnce()
        {
            if (!isAnew)
                MakeAnew("orders", versions);
            isAnew = true;
        }
    }

    [Fact]
    public async Task Changes_are_told_to_their_end_where_the_cleanup_of_the_log_takes_their_versions_meanwhile()
    {
        var orders = new DeltaFolder(storage.Path, "orders");
        var answer = await AnswerAsync("orders", startingVersion: 1);
        orders.Append(6);
        await new DeltaTable(new LocalObjectStore(Path.Combine(storage.Path, "orders")), TimeProvider.System).WriteCheckpointAsync(6);
        for (var version = 0; version <= 6; version++)
            orders.DeleteCommit(version);

        var written = 0;
        await WriteAsync(answer, () => written++);

        written.ShouldBeGreaterThan(0);
    }

    private static async Task WriteAsync(TableAnswer answer, Action send)
    {
        using var writer = new AnswerWriter(
            (_, _) =>
            {
                send();
                return ValueTask.CompletedTask;
            }
        );
        await answer.Body!(writer, TestContext.Current.CancellationToken);
        await writer.FlushAsync(TestContext.Current.CancellationToken);
    }

    private void MakeAnew(string table, int versions)
    {
        var folder = new DeltaFolder(storage.Path, table);
        Directory.Delete(Path.Combine(storage.Path, table, "_delta_log"), recursive: true);
        folder.Create("another");
        for (var version = 1; version < versions; version++)
            folder.Commit(version, DeltaFolder.Add($"new-{version}.parquet"));
    }

    private async Task<TableAnswer> AnswerAsync(string table, long startingVersion)
    {
        var stop = TestContext.Current.CancellationToken;
        var shares = host.Services.GetRequiredService<ShareStore>();
        var granted = (await shares.FindGrantedTableAsync(share.RecipientId, "sales", "public", table, stop)).ShouldNotBeNull();
        var range = new ChangeRange { StartingVersion = startingVersion };
        var call = new ChangeCall(granted, share.RecipientId, "request", range, new ChangePages(null, null), new SharingCapabilities(), null);
        return (await host.Services.GetRequiredService<ChangeFeed>().AnswerAsync(call, stop)).ShouldBeOfType<TableAnswer>();
    }
}
