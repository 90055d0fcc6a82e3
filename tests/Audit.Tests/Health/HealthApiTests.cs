using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Tideway.Audit.Tests.Support;
using Tideway.Contracts.InboundSync;
using Tideway.Hosting.Identity;

namespace Tideway.Audit.Tests.Health;

public sealed class HealthApiTests : IAsyncLifetime
{
    private static readonly Guid Sync = Guid.CreateVersion7();

    private readonly TempFolder folder = new();
    private AuditHost host = null!;

    public async ValueTask InitializeAsync() => host = await AuditHost.StartAsync(SqliteSettings.In(folder));

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task The_last_access_of_each_recipient_to_each_share_is_shown()
    {
        await host.DeliverAsync(Accesses.At(3), Accesses.At(5, status: 403), Accesses.At(1), Accesses.At(2, "globex"), Accesses.At(9, "acme", "Sales"));
        await GetAsync();
        await host.DeliverAsync(Accesses.At(4));

        var accesses = (await GetAsync()).GetProperty("outbound").GetProperty("accesses");

        accesses.GetArrayLength().ShouldBe(2);
        var acme = accesses[0];
        acme.GetProperty("recipient_name").GetString().ShouldBe("acme");
        acme.GetProperty("share").GetString().ShouldBe("sales");
        acme.GetProperty("last_access_at").GetString().ShouldBe("2026-11-23T10:00:09Z");
        acme.GetProperty("last_table").GetString().ShouldBe("public.orders");
        acme.GetProperty("last_table_version").GetInt64().ShouldBe(9);
        acme.GetProperty("last_status").GetInt32().ShouldBe(200);
        acme.GetProperty("last_refused_at").GetString().ShouldBe("2026-11-23T10:00:05Z");
        acme.GetProperty("granted_count").GetInt64().ShouldBe(4);
        acme.GetProperty("refused_count").GetInt64().ShouldBe(1);
        acme.GetProperty("bytes_granted").GetInt64().ShouldBe(4000);
    }

    [Fact]
    public async Task Refused_and_failed_accesses_of_the_last_day_are_counted()
    {
        var now = TimeProvider.System.GetUtcNow();
        await host.DeliverAsync(
            Accesses.At(1, status: 403) with
            {
                OccurredAt = now,
            },
            Accesses.At(2, status: 403) with
            {
                OccurredAt = now,
            },
            Accesses.At(3, status: 503) with
            {
                OccurredAt = now,
                ErrorCode = "TEMPORARILY_UNAVAILABLE",
            },
            Accesses.At(4, status: 403) with
            {
                OccurredAt = now.AddHours(-25),
            },
            Accesses.At(5) with
            {
                OccurredAt = now,
            }
        );

        var outbound = (await GetAsync()).GetProperty("outbound");

        outbound.GetProperty("refused_last_24h").GetInt64().ShouldBe(2);
        outbound.GetProperty("failed_last_24h").GetInt64().ShouldBe(1);
        var refusals = outbound.GetProperty("refusals");
        refusals.GetArrayLength().ShouldBe(2);
        (refusals[0].GetProperty("error_code").GetString(), refusals[0].GetProperty("count").GetInt64()).ShouldBe(("PERMISSION_DENIED", 2));
    }

    [Fact]
    public async Task The_state_of_a_sync_follows_its_newest_run_whichever_order_the_events_come_in()
    {
        await host.DeliverAsync(
            EventSamples.Make<SyncCompleted>() with
            {
                SyncId = Sync,
                OccurredAt = Accesses.Start.AddSeconds(9),
                ToVersion = 7,
                LocalVersion = 3,
            },
            EventSamples.Make<SyncFailed>() with
            {
                SyncId = Sync,
                OccurredAt = Accesses.Start.AddSeconds(5),
                Reason = "The partner does not answer.",
            },
            EventSamples.Make<SyncCompleted>() with
            {
                SyncId = Sync,
                OccurredAt = Accesses.Start.AddSeconds(1),
                ToVersion = 2,
                LocalVersion = 1,
            },
            EventSamples.Make<SyncStarted>() with
            {
                SyncId = Sync,
                OccurredAt = Accesses.Start.AddSeconds(8),
            },
            EventSamples.Make<SyncGapDetected>() with
            {
                SyncId = Sync,
                OccurredAt = Accesses.Start.AddSeconds(7),
            },
            EventSamples.Make<RowsQuarantined>() with
            {
                SyncId = Sync,
                OccurredAt = Accesses.Start.AddSeconds(6),
            }
        );

        var sync = (await GetAsync()).GetProperty("inbound").GetProperty("syncs").EnumerateArray().ShouldHaveSingleItem();

        sync.GetProperty("name").GetString().ShouldBe("SyncName-1");
        sync.GetProperty("status").GetString().ShouldBe("healthy");
        sync.GetProperty("last_success_at").GetString().ShouldBe("2026-11-23T10:00:09Z");
        sync.GetProperty("remote_version").GetInt64().ShouldBe(7);
        sync.GetProperty("local_version").GetInt64().ShouldBe(3);
        sync.GetProperty("last_failure_at").GetString().ShouldBe("2026-11-23T10:00:05Z");
        sync.GetProperty("last_failure_reason").GetString().ShouldBe("The partner does not answer.");
        sync.GetProperty("last_started_at").GetString().ShouldBe("2026-11-23T10:00:08Z");
        sync.GetProperty("last_gap_at").GetString().ShouldBe("2026-11-23T10:00:07Z");
        sync.GetProperty("last_quarantine_at").GetString().ShouldBe("2026-11-23T10:00:06Z");
    }

    [Fact]
    public async Task A_sync_whose_newest_run_failed_is_failing_and_a_new_one_is_pending()
    {
        await host.DeliverAsync(
            EventSamples.Make<SyncCompleted>() with
            {
                SyncId = Sync,
                SyncName = "a",
                OccurredAt = Accesses.Start,
            },
            EventSamples.Make<SyncFailed>() with
            {
                SyncId = Sync,
                SyncName = "a",
                OccurredAt = Accesses.Start.AddSeconds(1),
            },
            EventSamples.Make<SyncCreated>() with
            {
                SyncId = Guid.CreateVersion7(),
                SyncName = "b",
            }
        );

        var syncs = (await GetAsync()).GetProperty("inbound").GetProperty("syncs");

        syncs.EnumerateArray().Select(sync => sync.GetProperty("status").GetString()).ShouldBe(["failing", "pending"]);
    }

    [Fact]
    public async Task A_deleted_sync_is_not_shown_even_when_its_last_run_is_told_of_later()
    {
        await host.DeliverAsync(EventSamples.Make<SyncDeleted>() with { SyncId = Sync });
        await GetAsync();
        await host.DeliverAsync(EventSamples.Make<SyncCompleted>() with { SyncId = Sync });

        (await GetAsync()).GetProperty("inbound").GetProperty("syncs").GetArrayLength().ShouldBe(0);
    }

    [Theory]
    [InlineData(Roles.Admin, true, true)]
    [InlineData(Roles.Auditor, true, true)]
    [InlineData(Roles.Steward, true, true)]
    [InlineData(Roles.OutboundOperator, true, false)]
    [InlineData(Roles.InboundOperator, false, true)]
    public async Task An_operator_sees_their_own_direction_only(string role, bool outbound, bool inbound)
    {
        host.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", role);

        var health = await GetAsync();

        (health.TryGetProperty("outbound", out _), health.TryGetProperty("inbound", out _)).ShouldBe((outbound, inbound));
    }

    [Fact]
    public async Task A_stranger_sees_nothing()
    {
        host.Client.DefaultRequestHeaders.Authorization = null;

        (await host.Client.GetAsync("/api/tideway/v1/health")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    private async Task<JsonElement> GetAsync() => JsonDocument.Parse(await host.Client.GetStringAsync("/api/tideway/v1/health")).RootElement;
}
