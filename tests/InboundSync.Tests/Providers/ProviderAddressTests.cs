using Tideway.InboundSync.Tests.Support;

namespace Tideway.InboundSync.Tests.Providers;

public sealed class ProviderAddressTests
{
    [Fact]
    public async Task Http_is_refused_unless_allowed()
    {
        using var folder = new TempFolder();
        await using var host = await InboundHost.StartAsync(folder, "--InboundSync:AllowInsecureHttp=false");

        var (status, json) = await host.SendAsync(
            HttpMethod.Post,
            InboundHost.Providers,
            new { name = "acme", recipient_profile_str = """{"shareCredentialsVersion":1,"endpoint":"http://acme.example/ds","bearerToken":"t"}""" }
        );

        status.ShouldBe(400);
        json!["message"]!.GetValue<string>().ShouldContain("https");
        json["message"]!.GetValue<string>().ShouldContain("InboundSync:AllowInsecureHttp");
    }

    [Fact]
    public async Task Private_addresses_are_not_called_unless_allowed()
    {
        using var folder = new TempFolder();
        await using var provider = await FakeProvider.StartAsync();
        await using var host = await InboundHost.StartAsync(folder, "--InboundSync:AllowPrivateAddresses=false");
        await host.AddProviderAsync(provider);

        var (status, json) = await host.SendAsync(HttpMethod.Get, InboundHost.Providers + "/partner/shares", null);

        status.ShouldBe(502);
        json!["message"]!.GetValue<string>().ShouldContain("public address");
        json["message"]!.GetValue<string>().ShouldContain("InboundSync:AllowPrivateAddresses");
        provider.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_shares_of_a_provider_are_asked_for()
    {
        using var folder = new TempFolder();
        await using var provider = await FakeProvider.StartAsync();
        await using var host = await InboundHost.StartAsync(folder);
        await host.AddProviderAsync(provider);

        (await host.GetAsync(InboundHost.Providers + "/partner/shares"))["shares"]!.AsArray().Single()!["name"]!.GetValue<string>().ShouldBe("sales");

        provider.Token = "another";
        var (status, json) = await host.SendAsync(HttpMethod.Get, InboundHost.Providers + "/partner/shares", null);
        status.ShouldBe(502);
        json!["error_code"]!.GetValue<string>().ShouldBe("PROVIDER_UNAVAILABLE");
        json["message"]!.GetValue<string>().ShouldContain("401");
        json["message"]!.GetValue<string>().ShouldNotContain("token-of-the-partner");
    }
}
