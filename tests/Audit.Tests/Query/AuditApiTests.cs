using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Tideway.Audit.Tests.Support;
using Tideway.Contracts.InboundSync;
using Tideway.Contracts.ShareRegistry;
using Tideway.Hosting.Identity;

namespace Tideway.Audit.Tests.Query;

public sealed class AuditApiTests : IAsyncLifetime
{
    private const string Audit = "/api/tideway/v1/audit";

    private readonly TempFolder folder = new();
    private AuditHost host = null!;

    public async ValueTask InitializeAsync() => host = await AuditHost.StartAsync(SqliteSettings.In(folder));

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task A_refused_access_is_shown_with_everything_that_is_known_of_it()
    {
        var access = Accesses.At(1, status: 403) with
        {
            ErrorMessage = "The address is not on the list.",
            CredentialFingerprint = "0123456789ab",
            Parameters = new Dictionary<string, string>(StringComparer.Ordinal) { ["limitHint"] = "10" },
        };
        await host.DeliverAsync(access);

        var record = await GetAsync($"{Audit}/{access.AccessId}");

        record.GetProperty("event_time").GetString().ShouldBe("2026-11-23T10:00:01Z");
        record.GetProperty("event_date").GetString().ShouldBe("2026-11-23");
        record.GetProperty("direction").GetString().ShouldBe("outbound");
        record.GetProperty("service_name").GetString().ShouldBe("share-registry");
        record.GetProperty("action_name").GetString().ShouldBe("deltaSharingQueryTable");
        record.GetProperty("user_identity").GetString().ShouldBe("acme");
        record.GetProperty("share").GetString().ShouldBe("sales");
        record.GetProperty("source_ip_address").GetString().ShouldBe("192.0.2.7");
        record.GetProperty("request_id").GetString().ShouldBe("request-1");
        record.GetProperty("request_params").GetRawText().ShouldBe("""{"credential_fingerprint":"0123456789ab","parameters":{"limitHint":"10"}}""");
        record.GetProperty("decision").GetString().ShouldBe("refused");
        var response = record.GetProperty("response");
        response.GetProperty("status_code").GetInt32().ShouldBe(403);
        response.GetProperty("error_code").GetString().ShouldBe("PERMISSION_DENIED");
        response.GetProperty("error_message").GetString().ShouldBe("The address is not on the list.");
        response.TryGetProperty("result", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task An_unknown_event_is_404()
    {
        var answer = await host.Client.GetAsync($"{Audit}/{Guid.CreateVersion7()}");

        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await ReadAsync(answer)).GetProperty("error_code").GetString().ShouldBe("RESOURCE_DOES_NOT_EXIST");
    }

    [Fact]
    public async Task Pages_follow_each_other_until_there_is_no_token()
    {
        await host.DeliverAsync(Enumerable.Range(0, 7).Select(i => (object)Accesses.At(i)));

        var seen = new List<string>();
        string? token = null;
        do
        {
            var page = await GetAsync($"{Audit}?max_results=3{(token is null ? "" : "&page_token=" + token)}");
            seen.AddRange(page.GetProperty("records").EnumerateArray().Select(record => record.GetProperty("request_id").GetString()!));
            token = page.TryGetProperty("next_page_token", out var next) ? next.GetString() : null;
        } while (token is not null);

        seen.ShouldBe(Enumerable.Range(0, 7).Reverse().Select(i => $"request-{i}"));
    }

    [Fact]
    public async Task A_page_that_ends_with_the_last_record_has_no_token()
    {
        await host.DeliverAsync(Enumerable.Range(0, 3).Select(i => (object)Accesses.At(i)));

        (await GetAsync($"{Audit}?max_results=3")).TryGetProperty("next_page_token", out _).ShouldBeFalse();
    }

    [Theory]
    [InlineData("start_time=2026-11-23T10:00:02Z", "2,3")]
    [InlineData("start_time=2026-11-23T11:00:02%2B01:00", "2,3")]
    [InlineData("end_time=2026-11-23T10:00:02", "1")]
    [InlineData("start_time=1795428002000&end_time=1795428002001", "2")]
    [InlineData("start_time=2026-11-23&order=asc&max_results=0", "1,2,3")]
    [InlineData("end_time=2026-11-23", "")]
    [InlineData("recipient=acme&share=sales&table=orders&schema=public&action=deltaSharingQueryTable&decision=granted&direction=outbound", "1,2,3")]
    [InlineData("request_id=request-2", "2")]
    public async Task Parameters_choose_the_records(string query, string expected)
    {
        await host.DeliverAsync(Enumerable.Range(1, 3).Select(i => (object)Accesses.At(i)));

        var page = await GetAsync($"{Audit}?{query}");

        page.GetProperty("records")
            .EnumerateArray()
            .Select(record => record.GetProperty("request_id").GetString()!["request-".Length..])
            .Order(StringComparer.Ordinal)
            .ShouldBe(expected.Split(',', StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [InlineData("?start_time=yesterday", "start_time")]
    [InlineData("?end_time=23.11.2026", "end_time")]
    [InlineData("?end_time=99999999999999999", "end_time")]
    [InlineData("?start_time=2026-11-24&end_time=2026-11-23", "start_time")]
    [InlineData("?max_results=1001", "max_results")]
    [InlineData("?max_results=-1", "max_results")]
    [InlineData("?max_results=many", "max_results")]
    [InlineData("?page_token=!", "page_token")]
    [InlineData("?page_token=YWJj", "page_token")]
    [InlineData("?order=up", "order")]
    [InlineData("?direction=sideways", "direction")]
    [InlineData("?decision=maybe", "decision")]
    [InlineData("?recipent=acme", "recipent")]
    [InlineData("?recipient=", "recipient")]
    [InlineData("?recipient=a&recipient=b", "recipient")]
    [InlineData("/export?after_sequence=-1", "after_sequence")]
    [InlineData("/export?max_results=1", "max_results")]
    [InlineData("/verify?from_sequence=0", "from_sequence")]
    [InlineData("/verify?from_sequence=5&to_sequence=4", "to_sequence")]
    public async Task A_bad_parameter_is_named(string query, string name)
    {
        var answer = await host.Client.GetAsync(Audit + query);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var problem = await ReadAsync(answer);
        problem.GetProperty("error_code").GetString().ShouldBe("INVALID_PARAMETER_VALUE");
        problem.GetProperty("message").GetString()!.ShouldContain(name);
    }

    [Fact]
    public async Task An_export_has_a_line_for_each_record_in_the_order_they_were_made()
    {
        await host.DeliverAsync(Enumerable.Range(0, 1500).Select(i => (object)Accesses.At(1500 - i)));
        await host.DeliverAsync(EventSamples.Make<SyncFailed>());

        var answer = await host.Client.GetAsync($"{Audit}/export");
        var lines = (await answer.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/x-ndjson");
        lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("sequence").GetInt64()).ShouldBe(Enumerable.Range(1, 1501).Select(i => (long)i));
    }

    [Fact]
    public async Task An_export_goes_on_after_a_sequence_and_can_be_filtered()
    {
        await host.DeliverAsync(Enumerable.Range(0, 10).Select(i => (object)Accesses.At(i, i % 2 == 0 ? "acme" : "globex")));

        var lines = (await host.Client.GetStringAsync($"{Audit}/export?after_sequence=4&recipient=globex")).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("sequence").GetInt64()).ShouldBe([6, 8, 10]);
    }

    [Fact]
    public async Task Verification_names_the_first_broken_record()
    {
        await host.DeliverAsync(Enumerable.Range(0, 5).Select(i => (object)Accesses.At(i)));
        (await GetAsync($"{Audit}/verify")).GetProperty("valid").GetBoolean().ShouldBeTrue();
        await host.RemoveGuardsAsync();
        await host.TamperAsync("UPDATE audit_record SET source_ip_address = '198.51.100.1' WHERE sequence = 3");

        var state = await GetAsync($"{Audit}/verify");

        state.GetProperty("valid").GetBoolean().ShouldBeFalse();
        state.GetProperty("verified_count").GetInt64().ShouldBe(2);
        state.GetProperty("first_broken").GetProperty("sequence").GetInt64().ShouldBe(3);
        state.GetProperty("first_broken").GetProperty("reason").GetString().ShouldBe("altered");
    }

    [Fact]
    public async Task The_head_is_the_last_record()
    {
        (await GetAsync($"{Audit}/head")).GetRawText().ShouldBe($$"""{"sequence":0,"hash":"{{new string('0', 64)}}"}""");
        await host.DeliverAsync(Accesses.At(1), Accesses.At(2));

        var head = await GetAsync($"{Audit}/head");

        head.GetProperty("sequence").GetInt64().ShouldBe(2);
        head.GetProperty("hash").GetString().ShouldBe((await GetAsync($"{Audit}/verify")).GetProperty("last_hash").GetString());
    }

    [Fact]
    public async Task An_empty_record_is_valid()
    {
        var state = await GetAsync($"{Audit}/verify");

        (state.GetProperty("valid").GetBoolean(), state.GetProperty("verified_count").GetInt64()).ShouldBe((true, 0));
    }

    [Theory]
    [InlineData(Roles.Auditor, HttpStatusCode.OK)]
    [InlineData(Roles.Admin, HttpStatusCode.OK)]
    [InlineData(Roles.Steward, HttpStatusCode.Forbidden)]
    [InlineData(Roles.OutboundOperator, HttpStatusCode.Forbidden)]
    [InlineData(Roles.InboundOperator, HttpStatusCode.Forbidden)]
    [InlineData("nobody", HttpStatusCode.Unauthorized)]
    [InlineData(null, HttpStatusCode.Unauthorized)]
    public async Task Only_auditors_and_admins_read_the_record(string? token, HttpStatusCode expected)
    {
        host.Client.DefaultRequestHeaders.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);

        foreach (var path in (string[])["", "/export", "/verify", "/head"])
            (await host.Client.GetAsync(Audit + path)).StatusCode.ShouldBe(expected);
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("PATCH")]
    [InlineData("DELETE")]
    public async Task There_is_no_way_to_change_a_record(string method)
    {
        var access = Accesses.At(1);
        await host.DeliverAsync(access, EventSamples.Make<ShareGranted>());

        using var request = new HttpRequestMessage(new HttpMethod(method), $"{Audit}/{access.AccessId}");
        var answer = await host.Client.SendAsync(request);

        answer.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
    }

    private async Task<JsonElement> GetAsync(string path)
    {
        var answer = await host.Client.GetAsync(path);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        return await ReadAsync(answer);
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage answer) => JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
}
