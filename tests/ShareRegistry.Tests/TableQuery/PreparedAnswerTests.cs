using Microsoft.AspNetCore.Http;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Server.Answers;
using Tideway.DeltaSharing.Server.Tables;
using Tideway.ShareRegistry.Catalog;
using Tideway.ShareRegistry.TableQuery;
using Tideway.ShareRegistry.Tests.Hosts;

namespace Tideway.ShareRegistry.Tests.TableQuery;

/// <summary>What comes between the work on an answer and its first line.</summary>
public sealed class PreparedAnswerTests : TableTest
{
    [Fact]
    public async Task What_changed_in_a_table_is_not_told_with_the_files_of_another_that_was_made_in_its_place_meanwhile()
    {
        var orders = NewTable("orders");
        orders.Commit(orders.Add("part-1.parquet", 10));
        var (call, prepared) = await PrepareAsync(orders, new QueryRequest { StartingVersion = 0 });
        var anew = orders.MakeAnew();
        anew.Commit(anew.Add("new-1.parquet", 10));

        var answer = prepared.Make(call).ShouldBeOfType<TableAnswer>();
        var failure = await Should.ThrowAsync<TableRemadeException>(() => WriteAsync(answer, _ => { }));

        var refusal = answer.Explain!(failure).ShouldNotBeNull();
        refusal.Status.ShouldBe(StatusCodes.Status503ServiceUnavailable);
        refusal.Message.ShouldContain("sales.shop.orders was made anew");
        refusal.Message.ShouldNotContain(Process.Lake);
    }

    [Fact]
    public async Task A_table_that_is_made_anew_while_its_changes_are_told_ends_the_answer_with_a_failure()
    {
        var orders = NewTable("orders");
        orders.Commit([.. Enumerable.Range(1, 1000).Select(i => LakeTable.AddLine($"part-{i}.parquet", 10, 1))]);
        orders.Commit(orders.Add("last.parquet", 10));
        var (call, prepared) = await PrepareAsync(orders, new QueryRequest { StartingVersion = 0 });
        var answer = prepared.Make(call).ShouldBeOfType<TableAnswer>();
        LakeTable? anew = null;

        await Should.ThrowAsync<TableRemadeException>(() => WriteAsync(answer, _ => anew ??= MakeAnew()));

        anew.ShouldNotBeNull();

        LakeTable MakeAnew()
        {
            var another = orders.MakeAnew();
            return another.Commit(another.Add("new-1.parquet", 10)).Commit(another.Add("new-2.parquet", 10));
        }
    }

    [Fact]
    public async Task Commits_that_come_meanwhile_change_nothing()
    {
        var orders = NewTable("orders");
        var (call, prepared) = await PrepareAsync(orders, new QueryRequest { StartingVersion = 0 });
        orders.Commit(LakeTable.OtherMetadataLine(), orders.Add("part-1.parquet", 10));

        (await prepared.IsOfSameTableAsync(TestContext.Current.CancellationToken)).ShouldBeTrue();
        var lines = 0;
        await WriteAsync(prepared.Make(call).ShouldBeOfType<TableAnswer>(), portion => lines += portion.Span.Count((byte)'\n'));

        lines.ShouldBe(1);
    }

    [Fact]
    public async Task Files_are_chosen_by_the_work_and_not_again_for_the_answer()
    {
        const int Files = 5_000;
        var orders = NewTable("orders");
        orders.Commit([.. Enumerable.Range(1, Files).Select(i => LakeTable.AddLine($"part-{i}.parquet", 10, 1))]);
        var (call, prepared) = await PrepareAsync(orders, new QueryRequest { LimitHint = Files * 2 });
        prepared.Make(call);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var answer = prepared.Make(call).ShouldBeOfType<TableAnswer>();
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        answer.FileCount.ShouldBe(Files + 1);
        // Of each file that is chosen there is an object for a moment.
        allocated.ShouldBeLessThan(Files * 20);
    }

    private static async Task WriteAsync(TableAnswer answer, Action<ReadOnlyMemory<byte>> send)
    {
        using var writer = new AnswerWriter(
            (portion, _) =>
            {
                send(portion);
                return ValueTask.CompletedTask;
            }
        );
        await answer.Body!(writer, TestContext.Current.CancellationToken);
        await writer.FlushAsync(TestContext.Current.CancellationToken);
    }

    private async Task<(TableCall, PreparedAnswer)> PrepareAsync(LakeTable table, QueryRequest query)
    {
        var stop = TestContext.Current.CancellationToken;
        await ShareAsync("orders", table);
        var granted = await Process.Get<GrantedCatalog>().FindTableAsync(Acme.Id, "sales", "shop", "orders", stop);
        var call = new TableCall(granted.ShouldNotBeNull(), Acme.Id, "request", new SharingCapabilities(), null, TableAccess.Unsaid);
        return (call, await Process.Get<TableQueryAnswers>().PrepareAsync(call, query, stop));
    }
}
