using System.Net;
using Tideway.DeltaLog;
using Tideway.ObjectStorage.Local;
using Tideway.ShareRegistry.Tests.Hosts;
using Tideway.Testing;

namespace Tideway.ShareRegistry.Tests.TableQuery;

public sealed class TimeTravelTests : TableTest
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private LakeTable orders = null!;
    private string path = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        // Versions 0 to 3, an hour apart; version n has the files part-0 to part-n.
        orders = NewTable("orders");
        for (var version = 1; version <= 3; version++)
            orders.Commit(orders.Add($"part-{version}.parquet", 10));
        for (var version = 0; version <= 3; version++)
            orders.At(version, Noon.AddHours(version));
        path = await ShareAsync("orders", orders);
    }

    [Fact]
    [ProtocolRule("API Response Actions in Parquet Format", "A version that was asked for is on the metadata and, with its time, on every file")]
    public async Task A_version_is_answered_as_it_was_with_version_and_time_on_every_file()
    {
        var answer = (await QueryAsync(path, new { version = 1 })).ShouldBe(HttpStatusCode.OK);

        answer.Header("Delta-Table-Version").ShouldBe("1");
        answer.Files().Count.ShouldBe(2);
        answer
            .Files()
            .ShouldAllBe(file =>
                file.GetProperty("version").GetInt64() == 1 && file.GetProperty("timestamp").GetInt64() == Noon.AddHours(1).ToUnixTimeMilliseconds()
            );
        answer.Lines[1].Body.GetProperty("version").GetInt64().ShouldBe(1);
        answer.Lines[1].Body.GetProperty("numFiles").GetInt64().ShouldBe(2);
    }

    [Theory]
    [InlineData("2026-03-01T12:00:00Z", 0)]
    [InlineData("2026-03-01T13:59:59Z", 1)]
    [InlineData("2026-03-01T15:00:00+01:00", 2)]
    [InlineData("2026-03-01T15:00:00Z", 3)]
    [ProtocolRule("Read Data from a Table", "A timestamp means the last version until then")]
    public async Task A_time_means_the_last_version_until_then(string timestamp, long version)
    {
        (await QueryAsync(path, new { timestamp })).ShouldBe(HttpStatusCode.OK).Header("Delta-Table-Version").ShouldBe($"{version}");
        var metadata = (await GetAsync($"{path}/metadata?timestamp={Uri.EscapeDataString(timestamp)}")).ShouldBe(HttpStatusCode.OK);
        metadata.Header("Delta-Table-Version").ShouldBe($"{version}");
        metadata.Lines.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("", 3)]
    [InlineData("?startingTimestamp=2020-01-01T00:00:00Z", 0)]
    [InlineData("?startingTimestamp=2026-03-01T13:00:00Z", 1)]
    [InlineData("?startingTimestamp=2026-03-01T13:00:01Z", 2)]
    [ProtocolRule("Query Table Version", "startingTimestamp gives the earliest version at or after it")]
    public async Task The_version_call_gives_the_first_version_at_or_after_a_time(string query, long version)
    {
        var answer = (await GetAsync($"{path}/version{query}")).ShouldBe(HttpStatusCode.OK);

        answer.Header("Delta-Table-Version").ShouldBe($"{version}");
        answer.Text.ShouldBeEmpty();
    }

    [Fact]
    [ProtocolRule("Query Table Version", "HEAD of a table gives its version, as older clients ask")]
    public async Task The_older_version_call_by_head_gives_the_latest_version()
    {
        (await Acme.Http.SendAnswerAsync(HttpMethod.Head, path, null)).ShouldBe(HttpStatusCode.OK).Header("Delta-Table-Version").ShouldBe("3");
        (await Acme.Http.SendAnswerAsync(HttpMethod.Head, path + "x", null)).ShouldBe(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("""{"version":-1}""", "table version cannot be negative")]
    [InlineData("""{"version":4}""", "Cannot load table version 4")]
    [InlineData("""{"version":9223372036854775807}""", "Cannot load table version")]
    [InlineData("""{"version":1,"timestamp":"2026-03-01T12:00:00Z"}""", "Please only provide one of")]
    [InlineData("""{"version":1,"startingVersion":1}""", "Please only provide one of")]
    [InlineData(
        """{"timestamp":"2026-03-01T12:59:59+01:00"}""",
        "The timestamp 2026-03-01T11:59:59Z is before the earliest available version 0 of sales.shop.orders."
    )]
    [InlineData(
        """{"timestamp":"2026-03-01T15:00:01Z"}""",
        "The timestamp 2026-03-01T15:00:01Z is after the latest available version 3 of sales.shop.orders, which is of 2026-03-01T15:00:00Z."
    )]
    [InlineData("""{"timestamp":"yesterday"}""", "ISO 8601")]
    [InlineData("""{"startingVersion":-1}""", "startingVersion cannot be negative")]
    [InlineData("""{"startingVersion":4}""", "after the latest available version")]
    [InlineData("""{"startingVersion":3,"endingVersion":2}""", "startingVersion(3) must be smaller than or equal to endingVersion(2)")]
    [InlineData("""{"endingVersion":2}""", "endingVersion")]
    [InlineData("""{"version":"one"}""", "version")]
    [InlineData("""{"maxFiles":0}""", "maxFiles must be positive")]
    [InlineData("""{"version":1,"includeRefreshToken":true}""", "includeRefreshToken cannot be used when querying a specific version")]
    [InlineData("[1]", "object")]
    [InlineData("{", "JSON")]
    [ProtocolRule("Error texts", "Faults of a query are told in the words that clients know, with status 400")]
    public async Task A_query_that_makes_no_sense_is_refused_in_known_words(string body, string expected)
    {
        var answer = (await QueryAsync(path, body)).ShouldBe(HttpStatusCode.BadRequest);

        answer.ProtocolCode.ShouldBeOneOf("INVALID_PARAMETER_VALUE", "MALFORMED_REQUEST");
        answer.Message.ShouldContain(expected);
    }

    [Theory]
    [InlineData("/metadata?version=-1", "table version cannot be negative")]
    [InlineData("/metadata?version=x", "integer")]
    [InlineData("/metadata?version=9", "Cannot load table version 9")]
    [InlineData("/metadata?version=1&timestamp=2026-03-01T12:00:00Z", "Please only provide one of")]
    [InlineData("/version?startingTimestamp=soon", "ISO 8601")]
    [InlineData(
        "/version?startingTimestamp=2030-01-01T00:00:00Z",
        "is after the latest available version 3 of sales.shop.orders, which is of 2026-03-01T15:00:00Z"
    )]
    public async Task A_call_that_makes_no_sense_is_refused_in_known_words(string call, string expected) =>
        (await GetAsync(path + call)).ShouldBe(HttpStatusCode.BadRequest).Message.ShouldContain(expected);

    [Theory]
    [InlineData("""{"version":1}""")]
    [InlineData("""{"timestamp":"2026-03-01T13:00:00Z"}""")]
    [InlineData("""{"startingVersion":1}""")]
    [ProtocolRule("Read Data from a Table", "Versions and timestamps are for tables whose history is shared")]
    public async Task Without_shared_history_there_is_only_the_latest_version(string body)
    {
        var latest = await ShareAsync("latest", orders, history: false, startVersion: null);

        (await QueryAsync(latest, body))
            .ShouldBe(HttpStatusCode.BadRequest)
            .Message.ShouldContain("history sharing is not enabled on table: sales.shop.latest");
        (await GetAsync(latest + "/version?startingTimestamp=2026-03-01T13:00:00Z"))
            .ShouldBe(HttpStatusCode.BadRequest)
            .Message.ShouldContain("history sharing is not enabled");
        (await QueryAsync(latest, "{}")).ShouldBe(HttpStatusCode.OK);
        (await GetAsync(latest + "/version")).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    [ProtocolRule("Read Change Data Feed from a Table", "What was before the start version of the share is not shared")]
    public async Task What_was_before_the_start_version_is_not_shared()
    {
        var since2 = await ShareAsync("since2", orders, startVersion: 2);

        (await QueryAsync(since2, new { version = 1 }))
            .ShouldBe(HttpStatusCode.BadRequest)
            .Message.ShouldContain("You can only query table data since version 2");
        (await QueryAsync(since2, new { timestamp = "2026-03-01T13:00:00Z" }))
            .ShouldBe(HttpStatusCode.BadRequest)
            .Message.ShouldContain("You can only query table data since version 2");
        (await QueryAsync(since2, new { startingVersion = 1 })).ShouldBe(HttpStatusCode.BadRequest).Message.ShouldContain("since version 2");
        (await QueryAsync(since2, new { version = 2 })).ShouldBe(HttpStatusCode.OK);
        (await GetAsync(since2 + "/version?startingTimestamp=2020-01-01T00:00:00Z")).Header("Delta-Table-Version").ShouldBe("2");
        var later = await ShareAsync("later", orders, startVersion: 9);
        (await QueryAsync(later, "{}")).ShouldBe(HttpStatusCode.BadRequest).Message.ShouldContain("since version 9");
    }

    [Fact]
    [ProtocolRule("Limits and load", "A body of more than 1 MiB is a 413")]
    public async Task A_body_of_more_than_a_megabyte_is_refused() =>
        (await QueryAsync(path, new { jsonPredicateHints = new string('x', 1_100_000) }))
            .ShouldBe(HttpStatusCode.RequestEntityTooLarge)
            .ProtocolCode.ShouldBe("RESOURCE_LIMIT_EXCEEDED");

    [Fact]
    [ProtocolRule("Error texts", "A version that the cleanup of the log took away is told with the earliest that is available")]
    public async Task A_version_before_those_that_are_kept_is_told_with_the_earliest_that_is()
    {
        var table = new DeltaTable(new LocalObjectStore(orders.Folder), TimeProvider.System);
        await table.WriteCheckpointAsync(2, TestContext.Current.CancellationToken);
        File.Delete(orders.CommitFile(0));
        Answer[] one = [await QueryAsync(path, new { version = 1 }), await GetAsync(path + "/metadata?version=1")];
        (await QueryAsync(path, new { timestamp = "2026-03-01T12:30:00Z" }))
            .ShouldBe(HttpStatusCode.BadRequest)
            .Message.ShouldBe("The timestamp 2026-03-01T12:30:00Z is before the earliest available version 2 of sales.shop.orders.");
        File.Delete(orders.CommitFile(1));
        Answer[] none = [await QueryAsync(path, new { version = 0 }), await QueryAsync(path, new { startingVersion = 0 })];

        foreach (var (answers, version) in new[] { (one, 1), (none, 0) })
        {
            foreach (var answer in answers)
            {
                answer.ShouldBe(HttpStatusCode.BadRequest).ProtocolCode.ShouldBe("INVALID_PARAMETER_VALUE");
                answer.Message.ShouldBe(
                    $"Cannot load table version {version} of sales.shop.orders: it is no longer kept and is before the earliest available version 2."
                );
            }
        }

        File.Delete(orders.CommitFile(2));
        (await QueryAsync(path, new { startingVersion = 2 }))
            .ShouldBe(HttpStatusCode.BadRequest)
            .Message.ShouldContain("is before the earliest available version 3");
        (await QueryAsync(path, new { version = 4 })).ShouldBe(HttpStatusCode.BadRequest).Message.ShouldContain("is after the latest available version 3");
        (await QueryAsync(path, new { version = 2 })).ShouldBe(HttpStatusCode.OK);
    }
}
