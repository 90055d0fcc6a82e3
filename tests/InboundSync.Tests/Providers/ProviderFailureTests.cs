using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Tideway.Contracts.InboundSync;
using Tideway.InboundSync.Tests.Support;
using Tideway.Testing;

namespace Tideway.InboundSync.Tests.Providers;

public sealed class ProviderFailureTests : SyncFixture
{
    [Theory]
    [InlineData(401, "UNAUTHENTICATED", "401")]
    [InlineData(404, "RESOURCE_DOES_NOT_EXIST", "404")]
    [InlineData(429, "TOO_MANY_REQUESTS", "429")]
    [InlineData(503, "TEMPORARILY_UNAVAILABLE", "503")]
    public async Task A_refusal_fails_the_run_with_its_reason_and_the_sync_recovers_by_itself(int status, string code, string expected)
    {
        await Orders.AppendOrdersAsync(1, 10);
        await Host.AddSyncAsync();
        await Orders.AppendOrdersAsync(11, 20);
        Provider.Fault = async context =>
        {
            await FakeProvider.RefuseAsync(context, status, code, "The provider says no.");
            return true;
        };

        var run = await Host.RunAsync();

        run["state"]!.GetValue<string>().ShouldBe("failed");
        run["reason"]!.GetValue<string>().ShouldContain(expected);
        run["reason"]!.GetValue<string>().ShouldContain("The provider says no.");
        (await Host.Events.WaitForAsync<SyncFailed>())[0].Reason.ShouldContain(expected);
        await Eventually.Async(async () => (await FailuresAsync()) >= 2, because: "a second try");
        (await StatusAsync()).ShouldBe("failing");
        (await DeltaTables.RowsAsync(Copy)).Count.ShouldBe(10);

        Provider.Fault = null;
        await Eventually.Async(async () => await StatusAsync() == "current", because: "recovery");
        await ShouldBeSameFilesAsync();
        (await FailuresAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Nonsense_instead_of_an_answer_fails_the_run()
    {
        await Orders.AppendOrdersAsync(1, 10);
        Provider.Fault = async context =>
        {
            context.Response.ContentType = "text/html";
            await context.Response.WriteAsync("<html>Sign in</html>", context.RequestAborted);
            return true;
        };

        var run = await Host.AddSyncAsync(validate: false);

        run["state"]!.GetValue<string>().ShouldBe("failed");
        run["reason"]!.GetValue<string>().ShouldContain("expected", Case.Insensitive);
    }

    [Fact]
    public async Task An_answer_that_breaks_off_fails_the_run_and_commits_nothing()
    {
        await Orders.AppendOrdersAsync(1, 10);
        await Orders.AppendOrdersAsync(11, 20);
        Provider.Fault = async context =>
        {
            if (!context.Request.Path.Value!.EndsWith("/query", StringComparison.Ordinal))
                return false;
            context.Response.Headers["Delta-Table-Version"] = "2";
            context.Response.ContentType = "application/x-ndjson";
            await context.Response.WriteAsync("""{"protocol":{"minReaderVersion":1}}""" + "\n" + """{"metaDa""", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            context.Abort();
            return true;
        };

        var run = await Host.AddSyncAsync();

        run["state"]!.GetValue<string>().ShouldBe("failed");
        (await DeltaTables.Open(Copy).ExistsAsync(TestContext.Current.CancellationToken)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_provider_that_is_down_fails_the_run_and_is_tried_again()
    {
        await Orders.AppendOrdersAsync(1, 10);
        await Provider.DisposeAsync();

        var run = await Host.AddSyncAsync(validate: false);

        run["reason"]!.GetValue<string>().ShouldContain("could not be reached");
        await Eventually.Async(async () => await FailuresAsync() >= 2, because: "a second try");
    }

    [Fact]
    public async Task A_new_profile_is_used_at_once_and_keeps_the_id_and_the_syncs()
    {
        await Orders.AppendOrdersAsync(1, 10);
        await Host.AddSyncAsync();
        var id = (await Host.GetAsync(InboundHost.Providers + "/partner"))["id"]!.GetValue<string>();
        Provider.Token = "rotated";
        await Orders.AppendOrdersAsync(11, 20);
        (await Host.RunAsync())["reason"]!.GetValue<string>().ShouldContain("401");
        // It would be tried again in an hour.
        await Host.ChangeAsync("UPDATE sync SET due_at = @at", new { at = TimeProvider.System.GetUtcNow().AddHours(1) });
        await Eventually.Async(async () => await Host.CountAsync("sync WHERE lease_owner IS NOT NULL") == 0);
        await Host.ChangeAsync("UPDATE sync SET due_at = @at", new { at = TimeProvider.System.GetUtcNow().AddHours(1) });

        var changed = await Host.ExpectAsync(HttpMethod.Patch, InboundHost.Providers + "/partner", new { recipient_profile_str = Provider.Profile });

        changed["id"]!.GetValue<string>().ShouldBe(id);
        await Eventually.Async(async () => await StatusAsync() == "current", because: "recovery");
        await ShouldBeSameFilesAsync();
    }

    [Fact]
    public async Task A_credential_that_ended_is_named_as_the_reason()
    {
        await Orders.AppendOrdersAsync(1, 10);
        var expired = Provider.Profile.Replace("}", ""","expirationTime":"2020-01-01T00:00:00Z"}""", StringComparison.Ordinal);
        await Host.ExpectAsync(HttpMethod.Patch, InboundHost.Providers + "/partner", new { recipient_profile_str = expired });
        Provider.Token = "another";

        var run = await Host.AddSyncAsync(validate: false);

        run["reason"]!.GetValue<string>().ShouldStartWith("The credential of provider 'partner' ended at 2020-01-01");
    }

    [Fact]
    public async Task Addresses_of_files_are_logged_nowhere()
    {
        await Orders.AppendOrdersAsync(1, 10);
        await Host.AddSyncAsync();
        await Orders.AppendOrdersAsync(11, 20);
        Provider.DownloadsPerList = 0;
        (await Host.RunAsync())["reason"]!.GetValue<string>().ShouldNotContain("secret-signature");

        Host.Logs.Lines.Where(line => line.Contains("secret-signature", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    private async Task<string> StatusAsync() => (await SyncAsync())["status"]!.GetValue<string>();

    private async Task<int> FailuresAsync() => (await SyncAsync())["failures"]!.GetValue<int>();

    private Task<JsonNode> SyncAsync() => Host.GetAsync(InboundHost.Syncs + "/orders");
}
