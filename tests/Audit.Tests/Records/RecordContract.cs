using System.Data.Common;
using System.Globalization;
using Tideway.Audit.Forms;
using Tideway.Audit.Query;
using Tideway.Audit.Records;
using Tideway.Audit.Tests.Support;
using Tideway.Contracts.CdfPublisher;
using Tideway.Contracts.InboundSync;
using Tideway.Contracts.RecipientAuth;
using Tideway.Contracts.ShareRegistry;

namespace Tideway.Audit.Tests.Records;

/// <summary>What holds of the record whichever database keeps it.</summary>
public abstract class RecordContract : IAsyncLifetime
{
    private AuditHost host = null!;

    private protected AuditHost Host => host;

    public async ValueTask InitializeAsync() => host = await AuditHost.StartAsync(await SettingsAsync());

    public async ValueTask DisposeAsync()
    {
        if (host is not null)
            await host.DisposeAsync();
        await CleanUpAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Every_event_is_recorded_once_even_when_delivered_twice()
    {
        var messages = AuditForms.All.Select((form, i) => (Guid.CreateVersion7(), EventSamples.Make(form.EventType, i + 1))).ToList();

        await host.DeliverAsync(messages);
        await host.DeliverAsync(messages);

        var records = await host.RecordsAsync();
        records.Count.ShouldBe(messages.Count);
        records.Select(record => record.ActionName).Distinct().Count().ShouldBeGreaterThan(30);
        (await host.VerifyAsync()).FirstBroken.ShouldBeNull();
    }

    [Fact]
    public async Task An_event_that_comes_again_after_the_inbox_forgot_it_is_left_out()
    {
        var access = Accesses.At(1);
        var granted = (Guid.CreateVersion7(), (object)EventSamples.Make<ShareGranted>());
        await host.DeliverAsync([granted, (Guid.CreateVersion7(), access)]);
        await host.TamperAsync("DELETE FROM inbox_message");

        await host.DeliverAsync([granted, (Guid.CreateVersion7(), access), (Guid.CreateVersion7(), Accesses.At(2))]);

        (await host.RecordsAsync()).Count.ShouldBe(3);
        (await host.VerifyAsync()).VerifiedCount.ShouldBe(3);
    }

    [Fact]
    public async Task Of_a_group_of_accesses_each_has_its_record_and_those_on_record_are_left_out()
    {
        var accesses = Enumerable.Range(1, 5).Select(second => Accesses.At(second)).ToList();
        await host.DeliverAsync(new SharesAccessed { Accesses = [accesses[0], accesses[3]], OccurredAt = accesses[3].OccurredAt });

        await host.DeliverAsync(new SharesAccessed { Accesses = accesses, OccurredAt = accesses[^1].OccurredAt }, EventSamples.Make<ChangeFeedsAccessed>(8));

        var records = await host.RecordsAsync();
        records.Select(record => record.Sequence).ShouldBe([1, 2, 3, 4, 5, 6]);
        records
            .Where(record => record.ServiceName == "share-registry")
            .Select(record => record.EventId)
            .ShouldBe([accesses[0].AccessId, accesses[3].AccessId, accesses[1].AccessId, accesses[2].AccessId, accesses[4].AccessId], ignoreOrder: true);
        (await host.VerifyAsync()).VerifiedCount.ShouldBe(6);
    }

    [Fact]
    public async Task Events_out_of_order_are_chained_as_they_came_and_shown_by_their_time()
    {
        foreach (var second in (int[])[5, 1, 3, 2, 4])
            await host.DeliverAsync(Accesses.At(second));

        (await host.RecordsAsync()).Select(record => record.Sequence).ShouldBe([1, 2, 3, 4, 5]);
        (await PageAsync(ascending: true)).Select(record => record.RequestId).ShouldBe(["request-1", "request-2", "request-3", "request-4", "request-5"]);
        (await host.VerifyAsync()).FirstBroken.ShouldBeNull();
    }

    [Fact]
    public async Task Batches_of_many_consumers_at_once_make_one_chain()
    {
        var events = Enumerable
            .Range(0, 300)
            .Select(
                object (i) =>
                    (i % 3) switch
                    {
                        0 => Accesses.At(i),
                        1 => EventSamples.Make<RecipientUpdated>(i),
                        _ => EventSamples.Make<SyncCompleted>(i),
                    }
            );

        await host.DeliverAsync(events);

        (await host.VerifyAsync()).VerifiedCount.ShouldBe(300);
    }

    [Fact]
    public async Task What_a_stranger_sends_cannot_keep_a_record_from_being_made()
    {
        var hostile = Accesses.At(1) with
        {
            Share = new string('s', 9000),
            Schema = "nul\0nul",
            Table = "half \ud83d pair",
            RecipientName = null,
            RequestId = new string('\u00fc', 3000),
            UserAgent = "agent\0" + new string('\ud83d', 3),
            ErrorMessage = "' OR 1=1; DROP TABLE audit_record; --",
            Parameters = new Dictionary<string, string>(StringComparer.Ordinal) { ["nul\0"] = "\0\ud83d" },
        };

        await host.DeliverAsync(hostile);

        var record = (await host.RecordsAsync()).ShouldHaveSingleItem();
        record.ShareName!.Length.ShouldBe(255);
        record.ShareName.ShouldEndWith("...");
        record.SchemaName.ShouldBe("nul\ufffdnul");
        record.TableName.ShouldBe("half \ufffd pair");
        record.ErrorMessage.ShouldBe(hostile.ErrorMessage);
        (await host.VerifyAsync()).FirstBroken.ShouldBeNull();
    }

    [Fact]
    public async Task A_sync_is_found_by_each_of_its_request_ids()
    {
        await host.DeliverAsync(EventSamples.Make<SyncCompleted>() with { RequestIds = ["a", "b", "c"] }, Accesses.At(1));

        foreach (var requestId in (string[])["a", "b", "c"])
            (await PageAsync(new RecordFilter { RequestId = requestId })).ShouldHaveSingleItem().RequestIds.ShouldBe("""["a","b","c"]""");
        (await PageAsync(new RecordFilter { RequestId = "request-1" })).ShouldHaveSingleItem().ActionName.ShouldBe("deltaSharingQueryTable");
    }

    [Theory]
    [InlineData("actor", "ACME", 2)]
    [InlineData("recipient", "acme", 2)]
    [InlineData("recipient", "globex", 1)]
    [InlineData("provider", "ProviderName-1", 1)]
    [InlineData("share", "Sales", 2)]
    [InlineData("schema", "public", 3)]
    [InlineData("table", "orders", 3)]
    [InlineData("action", "syncFailed", 1)]
    [InlineData("direction", "inbound", 1)]
    [InlineData("decision", "refused", 1)]
    [InlineData("decision", "none", 1)]
    [InlineData("service", "share-registry", 3)]
    [InlineData("share", "%", 0)]
    public async Task A_filter_shows_what_it_names_and_nothing_else(string name, string value, int expected)
    {
        await DeliverMixtureAsync();

        var found = await PageAsync(new RecordFilter { Equal = new Dictionary<string, string>(StringComparer.Ordinal) { [name] = value } });

        found.Count.ShouldBe(expected);
    }

    [Fact]
    public async Task Filters_add_up_and_the_end_of_a_time_span_is_not_in_it()
    {
        await DeliverMixtureAsync();

        var found = await PageAsync(
            new RecordFilter
            {
                StartTime = Microseconds(1),
                EndTime = Microseconds(3),
                Equal = new Dictionary<string, string>(StringComparer.Ordinal) { ["service"] = "share-registry", ["decision"] = "granted" },
            }
        );

        found.Select(record => record.RequestId).ShouldBe(["request-1"]);
    }

    [Fact]
    public async Task A_walk_over_pages_meets_each_record_once_while_more_are_added()
    {
        await host.DeliverAsync(Enumerable.Range(0, 25).Select(i => (object)Accesses.At(i / 3)));

        var seen = new List<long>();
        PagePosition? after = null;
        while (true)
        {
            var page = await host.Reader.PageAsync(new RecordFilter(), ascending: false, after, 4, TestContext.Current.CancellationToken);
            if (page.Count == 0)
                break;
            seen.AddRange(page.Select(record => record.Sequence));
            after = new PagePosition(page[^1].EventTime, page[^1].Sequence);
            await host.DeliverAsync(Accesses.At(1000));
        }

        seen.Count.ShouldBe(25);
        seen.Distinct().Count().ShouldBe(25);
    }

    [Theory]
    [InlineData("UPDATE audit_record SET user_identity = 'somebody else'")]
    [InlineData("DELETE FROM audit_record")]
    [InlineData("DELETE FROM audit_further_request")]
    public async Task The_database_refuses_to_change_or_remove_a_record(string sql)
    {
        await host.DeliverAsync(EventSamples.Make<SyncCompleted>());

        var refusal = await Should.ThrowAsync<DbException>(() => host.TamperAsync(sql));

        refusal.Message.ShouldContain("append-only");
        (await host.RecordsAsync()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task An_altered_record_is_the_first_broken_one()
    {
        await host.DeliverAsync(Enumerable.Range(0, 10).Select(i => (object)Accesses.At(i)));
        await host.RemoveGuardsAsync();
        await host.TamperAsync("UPDATE audit_record SET decision = 'refused' WHERE sequence IN (4, 8)");

        var broken = (await host.VerifyAsync()).FirstBroken!;

        broken.Sequence.ShouldBe(4);
        broken.Reason.ShouldBe("altered");
        broken.EventId.ShouldBe((await host.RecordsAsync())[3].EventId);
    }

    [Theory]
    [MemberData(nameof(Columns))]
    public async Task Every_column_is_under_the_hash(string column, string value)
    {
        await host.DeliverAsync(EventSamples.Make<SyncCompleted>(), Accesses.At(1) with { ErrorMessage = "x" });
        await host.RemoveGuardsAsync();
        await host.TamperAsync($"UPDATE audit_record SET {column} = {value} WHERE sequence = 2");

        (await host.VerifyAsync()).FirstBroken!.Sequence.ShouldBe(2);
    }

    public static TheoryData<string, string> Columns =>
        new(
            from name in typeof(AuditRecord)
                .GetProperties()
                .Select(property =>
                    string.Concat(property.Name.Select((c, i) => i > 0 && char.IsUpper(c) ? "_" + c : c.ToString())).ToLower(CultureInfo.InvariantCulture)
                )
            where name is not "sequence" and not "hash" and not "previous_hash"
            select (
                name,
                name is "event_time" or "recorded_at" or "status_code" ? "123"
                : name == "event_id" ? "'00000000-0000-0000-0000-000000000001'"
                : "'other'"
            )
        );

    [Fact]
    public async Task A_removed_record_is_missed()
    {
        await host.DeliverAsync(Enumerable.Range(0, 5).Select(i => (object)Accesses.At(i)));
        await host.RemoveGuardsAsync();
        await host.TamperAsync("DELETE FROM audit_record WHERE sequence = 3");

        var broken = (await host.VerifyAsync()).FirstBroken!;

        (broken.Sequence, broken.Reason).ShouldBe((3, "missing"));
    }

    [Fact]
    public async Task A_record_made_anew_with_a_hash_that_fits_breaks_the_chain_after_it()
    {
        await host.DeliverAsync(Enumerable.Range(0, 5).Select(i => (object)Accesses.At(i)));
        await host.RemoveGuardsAsync();
        var record = (await host.RecordsAsync())[1] with { UserIdentity = "somebody else" };
        await host.TamperAsync(
            "UPDATE audit_record SET user_identity = 'somebody else', hash = @hash WHERE sequence = 2",
            new { hash = RecordHash.Of(record) }
        );

        var broken = (await host.VerifyAsync()).FirstBroken!;

        (broken.Sequence, broken.Reason).ShouldBe((3, "unchained"));
    }

    [Fact]
    public async Task A_part_of_the_chain_can_be_verified_on_its_own()
    {
        await host.DeliverAsync(Enumerable.Range(0, 5).Select(i => (object)Accesses.At(i)));
        await host.RemoveGuardsAsync();
        await host.TamperAsync("UPDATE audit_record SET decision = 'refused' WHERE sequence = 2");

        var state = await host.VerifyAsync(3, 4);

        (state.Valid, state.VerifiedCount, state.ToSequence).ShouldBe((true, 2, 4));
        state.LastHash.ShouldBe(Convert.ToHexStringLower((await host.RecordsAsync())[3].Hash));
    }

    /// <summary>Settings of a host with a new database.</summary>
    protected abstract Task<string[]> SettingsAsync();

    protected abstract ValueTask CleanUpAsync();

    private Task DeliverMixtureAsync() =>
        host.DeliverAsync(
            Accesses.At(1),
            Accesses.At(2, "globex", "finance", "orders", 404),
            Accesses.At(3),
            EventSamples.Make<SyncFailed>() with
            {
                OccurredAt = Accesses.Start.AddSeconds(2),
            }
        );

    private Task<IReadOnlyList<AuditRecord>> PageAsync(RecordFilter? filter = null, bool ascending = false) =>
        host.Reader.PageAsync(filter ?? new RecordFilter(), ascending, null, 1000, TestContext.Current.CancellationToken);

    private static long Microseconds(int second) => Tideway.Hosting.Database.DatabaseTime.ToMicroseconds(Accesses.Start.AddSeconds(second));
}
