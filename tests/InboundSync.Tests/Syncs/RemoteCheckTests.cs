using Microsoft.AspNetCore.Http;
using Tideway.InboundSync.Tests.Support;
using Tideway.Testing;

namespace Tideway.InboundSync.Tests.Syncs;

public sealed class RemoteCheckTests : SyncFixture
{
    private const string Unchecked = InboundHost.Syncs + "?validate=false";

    [Theory]
    [InlineData("share", "salez", "SHARE_DOES_NOT_EXIST", "share: expected a share that provider 'partner' shares with us, which are sales; got 'salez'.")]
    [InlineData("schema", "privat", "SCHEMA_DOES_NOT_EXIST", "schema: expected a schema of share sales of provider 'partner', which are public; got 'privat'.")]
    [InlineData("table", "order", "TABLE_DOES_NOT_EXIST", "table: expected a table of sales.public of provider 'partner', which are orders; got 'order'.")]
    public async Task A_name_that_the_provider_does_not_have_is_404_and_nothing_is_created(string field, string value, string code, string message)
    {
        var definition = Definition();
        definition[field] = value;

        var (status, json) = await Host.SendAsync(HttpMethod.Post, InboundHost.Syncs, definition);

        status.ShouldBe(404);
        json!["error_code"]!.GetValue<string>().ShouldBe(code);
        json["message"]!.GetValue<string>().ShouldBe(message);
        (await Host.CountAsync("sync")).ShouldBe(0);
    }

    [Fact]
    public async Task Keys_that_the_remote_table_does_not_have_are_400_and_name_its_columns()
    {
        var definition = Definition();
        definition["mode"] = "merge";
        definition["keys"] = new[] { "id", "day" };

        var (status, json) = await Host.SendAsync(HttpMethod.Post, InboundHost.Syncs, definition);

        status.ShouldBe(400);
        json!["error_code"]!.GetValue<string>().ShouldBe("INVALID_PARAMETER_VALUE");
        json["message"]!
            .GetValue<string>()
            .ShouldBe("keys: expected columns of sales.public.orders of provider 'partner', which are id, customer, amount; got day.");
        (await Host.CountAsync("sync")).ShouldBe(0);
    }

    [Fact]
    public async Task Keys_are_found_in_any_case_of_letters()
    {
        var definition = Definition();
        definition["mode"] = "merge";
        definition["keys"] = new[] { "ID" };

        await Host.ExpectAsync(HttpMethod.Post, InboundHost.Syncs, definition);
    }

    [Fact]
    public async Task A_provider_that_is_down_is_502_and_the_sync_can_be_created_unasked()
    {
        await Provider.DisposeAsync();

        var (status, json) = await Host.SendAsync(HttpMethod.Post, InboundHost.Syncs, Definition());

        status.ShouldBe(502);
        json!["error_code"]!.GetValue<string>().ShouldBe("PROVIDER_UNAVAILABLE");
        json["message"]!.GetValue<string>().ShouldContain("could not be reached");
        json["message"]!.GetValue<string>().ShouldContain("validate=false");
        (await Host.CountAsync("sync")).ShouldBe(0);
        await Host.ExpectAsync(HttpMethod.Post, Unchecked, Definition());
    }

    [Fact]
    public async Task A_provider_that_refuses_our_credential_is_502_with_its_words()
    {
        Provider.Token = "another";

        var (status, json) = await Host.SendAsync(HttpMethod.Post, InboundHost.Syncs, Definition());

        status.ShouldBe(502);
        json!["message"]!.GetValue<string>().ShouldContain("401");
    }

    [Fact]
    public async Task A_provider_that_answers_nonsense_is_502()
    {
        Provider.Fault = async context =>
        {
            context.Response.ContentType = "text/html";
            await context.Response.WriteAsync("<html>Sign in</html>", context.RequestAborted);
            return true;
        };

        var (status, json) = await Host.SendAsync(HttpMethod.Post, InboundHost.Syncs, Definition());

        status.ShouldBe(502);
        json!["error_code"]!.GetValue<string>().ShouldBe("PROVIDER_UNAVAILABLE");
    }

    [Fact]
    public async Task A_sync_of_a_table_that_is_not_there_yet_can_be_created_unasked()
    {
        var definition = Definition();
        definition["table"] = "later";

        await Host.ExpectAsync(HttpMethod.Post, Unchecked, definition);

        (await Host.WaitForRunAsync("orders", run => run["state"]!.GetValue<string>() == "failed"))["reason"]!.GetValue<string>().ShouldContain("404");
        Provider.Tables["sales/public/later"] = Orders;
        await Eventually.Async(async () => (await Host.GetAsync(InboundHost.Syncs + "/orders"))["status"]!.GetValue<string>() == "current");
    }

    private Dictionary<string, object?> Definition() =>
        new(StringComparer.Ordinal)
        {
            ["name"] = "orders",
            ["provider"] = "partner",
            ["share"] = "sales",
            ["schema"] = "public",
            ["table"] = "orders",
            ["mode"] = "mirror",
            ["target"] = Copy,
        };
}

/// <summary>A provider that takes its time.</summary>
public sealed class SlowProviderCheckTests : SyncFixture
{
    private protected override string[] Settings => ["--InboundSync:AskProviderAtMost=00:00:01"];

    [Fact]
    public async Task A_provider_that_does_not_answer_is_502_after_a_bounded_wait()
    {
        Provider.Fault = async context =>
        {
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            return true;
        };

        var (status, json) = await Host.SendAsync(HttpMethod.Post, InboundHost.Syncs, Host.NewSync());

        status.ShouldBe(502);
        json!["message"]!.GetValue<string>().ShouldContain("no answer within 1 s");
    }
}
