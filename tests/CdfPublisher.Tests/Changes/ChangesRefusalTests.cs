using System.Net;
using Tideway.CdfPublisher.Tests.Support;
using Tideway.Hosting.Identity;
using Tideway.Testing;

namespace Tideway.CdfPublisher.Tests.Changes;

public sealed class ChangesRefusalTests : ChangesScene
{
    [Theory]
    [InlineData("orders", "", "No startingVersion or startingTimestamp provided for CDF read")]
    [InlineData("orders", "endingVersion=3", "No startingVersion or startingTimestamp provided for CDF read")]
    [InlineData("orders", "startingVersion=1&startingTimestamp=2026-03-01T00:00:00Z", "Multiple starting arguments provided for CDF read")]
    [InlineData("orders", "startingVersion=1&endingVersion=2&endingTimestamp=2026-03-01T00:00:00Z", "Multiple ending arguments provided for CDF read")]
    [InlineData("orders", "startingVersion=-1", "cannot be negative")]
    [InlineData("orders", "startingVersion=1&endingVersion=-1", "cannot be negative")]
    [InlineData("orders", "startingVersion=one", "startingVersion must be an integer")]
    [InlineData("orders", "startingVersion=1.5", "startingVersion must be an integer")]
    [InlineData(
        "orders",
        "startingVersion=99999999999999999999",
        "startingVersion must be an integer from 0 to 9223372036854775807, not '99999999999999999999'"
    )]
    [InlineData(
        "orders",
        "startingVersion=1&endingVersion=9223372036854775808",
        "endingVersion must be an integer from 0 to 9223372036854775807, not '9223372036854775808'"
    )]
    [InlineData("orders", "startingVersion=1&endingVersion=x", "endingVersion must be an integer")]
    [InlineData("orders", "startingTimestamp=yesterday", "startingTimestamp must be a time")]
    [InlineData("orders", "startingTimestamp=2026-03-01", "startingTimestamp must be a time")]
    [InlineData("orders", "startingVersion=1&endingTimestamp=x", "endingTimestamp must be a time")]
    [InlineData("orders", "startingVersion=2&endingVersion=1", "CDF range from start 2 to end 1 was invalid. End cannot be before start")]
    [InlineData("orders", "startingVersion=6", "Provided Start version(6)")]
    [InlineData("orders", "startingVersion=6", "cannot be greater than the latest version of the table(5)")]
    [InlineData("orders", "startingVersion=1&endingVersion=6", "End version cannot be greater than the latest version")]
    [InlineData("orders", "startingTimestamp=2030-01-01T00:00:00Z", "is after the latest available version")]
    [InlineData(
        "orders",
        "startingVersion=1&endingTimestamp=2026-02-28T22:59:59-01:00",
        "The endingTimestamp 2026-02-28T23:59:59Z is before the earliest available version 0 of sales.public.orders."
    )]
    [InlineData(
        "since2",
        "startingVersion=2&endingTimestamp=2020-01-01T00:00:00Z",
        "endingTimestamp 2020-01-01T00:00:00Z is before the earliest available version 2 of sales.public.since2."
    )]
    [InlineData("orders", "startingTimestamp=2026-03-01T01:10:00Z&endingTimestamp=2026-03-01T01:50:00Z", "CDF range from start 2 to end 1 was invalid")]
    [InlineData("unshared", "startingVersion=1", "cdf is not enabled on table sales.public.unshared")]
    [InlineData("since2", "startingVersion=1", "You can only query table changes since version 2")]
    [InlineData("since2", "startingTimestamp=2026-03-01T00:00:00Z", "You can only query table changes since version 2")]
    [ProtocolRule("Error texts", "Faults of a changes call are told in the words that clients know; the earliest version that can be read is named")]
    public async Task What_is_not_as_expected_is_refused_in_the_words_that_clients_know(string table, string query, string text)
    {
        var answer = await GetAsync(table, query);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var error = await JsonOf(answer);
        error.GetProperty("errorCode").GetString().ShouldBe("INVALID_PARAMETER_VALUE");
        error.GetProperty("message").GetString().ShouldNotBeNull().ShouldContain(text);
    }

    [Theory]
    [InlineData("plain", "startingVersion=0", "[0, 0]", 0, "; the change data feed of the table is off now")]
    [InlineData("late", "startingVersion=0", "[0, 5]", 2, "; changes are recorded from version 4 on")]
    [InlineData("late", "startingVersion=0&endingVersion=2", "[0, 2]", 2, "; changes are recorded from version 4 on")]
    [InlineData("late", "startingVersion=3&endingVersion=4", "[3, 4]", 3, "; changes are recorded from version 4 on")]
    [ProtocolRule("Error texts", "Where changes were not recorded it is said in the words that clients know, and from which version on they are")]
    public async Task Where_changes_were_not_recorded_it_is_said_from_which_version_on_they_are(string table, string query, string range, int off, string where)
    {
        var answer = await GetAsync(table, query);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await JsonOf(answer))
            .GetProperty("message")
            .GetString()
            .ShouldBe($"Error getting change data for range {range} as change data was not recorded for version [{off}]{where}");
    }

    [Theory]
    [InlineData(197, "; changes are recorded from version 3 on")]
    [InlineData(300, "; changes are recorded again at version 3")]
    public async Task What_comes_after_more_versions_than_a_refusal_reads_is_not_claimed(int more, string where)
    {
        var table = new DeltaFolder(storage.Path, "long").Create(feed: false).Append(1).Append(2).Commit(3, DeltaFolder.Metadata());
        for (var version = 4; version <= 3 + more; version++)
            table.Commit(version, DeltaFolder.Info("WRITE"));
        await share.UpdateAsync(host, 3, null, ShareEvents.TableAt(table.Location, "long"));

        var message = (await JsonOf(await GetAsync("long", "startingVersion=0"))).GetProperty("message").GetString()!;

        message.ShouldEndWith("for version [0]" + where);
    }

    [Theory]
    [InlineData("late", "startingVersion=0&endingVersion=1")]
    [InlineData("late", "startingVersion=4")]
    [ProtocolRule("Read Change Data Feed from a Table", "The feed must have been on throughout the range, and only there")]
    public async Task A_range_within_which_the_feed_was_on_is_answered(string table, string query) =>
        (await GetAsync(table, query)).StatusCode.ShouldBe(HttpStatusCode.OK);

    [Theory]
    [InlineData("mapped", "startingVersion=0")]
    [InlineData("deleted", "startingVersion=0")]
    [InlineData("partitioned", "startingVersion=0")]
    [InlineData("outside", "startingVersion=0")]
    [ProtocolRule("Read Change Data Feed from a Table", "Changes that the parquet format cannot express are refused in it")]
    public async Task What_the_parquet_format_cannot_express_is_refused(string table, string query)
    {
        var answer = await GetAsync(table, query);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var body = await answer.Content.ReadAsStringAsync();
        body.ShouldContain("UNSUPPORTED_OPERATION");
        body.ShouldNotContain(storage.Path);
        body.ShouldNotContain("passwd");
    }

    [Fact]
    [ProtocolRule("REST APIs", "A share that is not granted looks like none")]
    public async Task A_share_that_is_not_granted_answers_like_one_that_is_not_there()
    {
        var stranger = host.ClientOf("other");

        var ungranted = await stranger.GetAsync(PathOf("orders", "startingVersion=0"));
        var unknown = await stranger.GetAsync(PathOf("orders", "startingVersion=0").Replace("sales", "nothing", StringComparison.Ordinal));

        (ungranted.StatusCode, unknown.StatusCode).ShouldBe((HttpStatusCode.NotFound, HttpStatusCode.NotFound));
        var error = await JsonOf(ungranted);
        error.GetProperty("errorCode").GetString().ShouldBe("RESOURCE_DOES_NOT_EXIST");
        error
            .GetProperty("message")
            .GetString()
            .ShouldBe("[Share/Schema/Table] 'sales/public/orders' does not exist, please contact your share provider for further information.");
        (await unknown.Content.ReadAsStringAsync()).ShouldBe(
            (await ungranted.Content.ReadAsStringAsync()).Replace("sales", "nothing", StringComparison.Ordinal)
        );
        NamesOf(ungranted).ShouldBe(NamesOf(unknown));
    }

    [Theory]
    [InlineData(
        "/delta-sharing/shares/sales/schemas/nothing/tables/orders/changes?startingVersion=0",
        "[Share/Schema/Table] 'sales/nothing/orders' does not exist"
    )]
    [InlineData(
        "/delta-sharing/shares/sales/schemas/public/tables/nothing/changes?startingVersion=0",
        "[Share/Schema/Table] 'sales/public/nothing' does not exist"
    )]
    [ProtocolRule("Error texts", "What is not there is a 404 with the reference server's text: [Share/Schema/Table] and the three names for a table")]
    public async Task What_is_not_there_is_named(string path, string text)
    {
        var answer = await client.GetAsync(path);

        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await JsonOf(answer)).GetProperty("message").GetString().ShouldNotBeNull().ShouldContain(text);
    }

    [Fact]
    public async Task A_revoked_grant_closes_the_feed()
    {
        (await GetAsync("orders", "startingVersion=0")).StatusCode.ShouldBe(HttpStatusCode.OK);

        await share.RevokeAsync(host, 3);

        (await GetAsync("orders", "startingVersion=0")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("nobody")]
    [InlineData(Roles.Admin)]
    [ProtocolRule("REST APIs", "Every call carries a bearer token, else it is a 401 with the body of the protocol")]
    public async Task Whoever_is_no_recipient_is_not_let_in(string? token)
    {
        var answer = await host.ClientOf(token).GetAsync(PathOf("orders", "startingVersion=0"));

        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await JsonOf(answer)).GetProperty("errorCode").GetString().ShouldBe("UNAUTHENTICATED");
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("DELETE")]
    [ProtocolRule("REST APIs", "A method that a path does not have is a 405 whose Allow names those it has")]
    public async Task Another_method_is_405_to_who_is_let_in_and_recorded(string method)
    {
        var answer = await client.SendAsync(new HttpRequestMessage(new HttpMethod(method), PathOf("orders", "startingVersion=0")));
        var stranger = await host.ClientOf("nobody").SendAsync(new HttpRequestMessage(new HttpMethod(method), PathOf("orders", "startingVersion=0")));

        answer.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
        answer.Content.Headers.Allow.ShouldBe(["GET", "HEAD"]);
        (await JsonOf(answer)).GetProperty("errorCode").GetString().ShouldBe("METHOD_NOT_ALLOWED");
        var accessed = await RecordOfAsync(answer);
        (accessed.Status, accessed.Table, accessed.RecipientName).ShouldBe((405, "orders", share.RecipientName));
        stranger.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        stranger.Content.Headers.Allow.ShouldBeEmpty();
        (await RecordOfAsync(stranger)).Status.ShouldBe(401);
    }

    [Theory]
    [InlineData("delta-sharing-capabilities", "responseformat=csv", "INVALID_PARAMETER_VALUE")]
    [InlineData("fileidhash", "sha1", "Unsupported fileidhash")]
    [ProtocolRule("File ID Hash Header", "fileidhash is read in any case, echoed in lower case, and refused where it is unknown or empty")]
    public async Task Headers_that_cannot_be_met_are_refused(string name, string value, string text)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, PathOf("orders", "startingVersion=5"));
        request.Headers.Add(name, value);

        var answer = await client.SendAsync(request);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync()).ShouldContain(text);
    }

    [Fact]
    public async Task A_table_whose_data_is_gone_says_so_without_its_place()
    {
        var answer = await GetAsync("gone", "startingVersion=0");

        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await answer.Content.ReadAsStringAsync()).ShouldNotContain(storage.Path);
    }

    [Fact]
    public async Task A_call_that_cannot_be_recorded_is_not_answered()
    {
        await using (var transaction = await host.Database.BeginAsync(TestContext.Current.CancellationToken))
        {
            await transaction.ExecuteAsync("ALTER TABLE outbox_message RENAME TO outbox_message_away", null, TestContext.Current.CancellationToken);
            await transaction.CommitAsync(TestContext.Current.CancellationToken);
        }

        var answer = await GetAsync("orders", "startingVersion=1");

        answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await answer.Content.ReadAsStringAsync()).ShouldNotContain("parquet");
    }
}
