using System.Net;
using Tideway.DeltaSharing.Client;
using Tideway.DeltaSharing.Client.Transport;
using Tideway.DeltaSharing.Protocol;

namespace Tideway.DeltaSharing.Tests.Client;

/// <summary>Where a client is to go by a proxy, which is at a private address as they are.</summary>
public sealed class ProxyTests : IAsyncLifetime
{
    private readonly List<HttpClient> clients = [];
    private FakeServer proxy = null!;

    public async ValueTask InitializeAsync()
    {
        proxy = await FakeServer.StartAsync();
        proxy.Handler = (context, _) => context.LinesAsync("", version: 7);
    }

    public async ValueTask DisposeAsync()
    {
        clients.ForEach(client => client.Dispose());
        await proxy.DisposeAsync();
    }

    [Fact]
    public async Task A_server_of_the_internet_is_asked_by_the_proxy()
    {
        (await VersionAsync("http://share.example.org/ds", new WebProxy(proxy.Address))).ShouldBe(7);

        proxy.Requests.Single().Headers.Host.ToString().ShouldBe("share.example.org");
    }

    [Theory]
    [InlineData("http://10.0.0.1/ds")]
    [InlineData("http://169.254.169.254/ds")]
    [InlineData("http://2130706433/ds")]
    [InlineData("http://[::1]/ds")]
    [InlineData("http://[::ffff:192.168.0.1]/ds")]
    [InlineData("http://localhost/ds")]
    [InlineData("http://a.localhost/ds")]
    public async Task What_is_written_as_a_private_address_is_refused_and_not_asked_for(string endpoint)
    {
        var failure = await Should.ThrowAsync<DeltaSharingException>(() => VersionAsync(endpoint, new WebProxy(proxy.Address)));

        failure.Error.ShouldBeOneOf(DeltaSharingError.AddressRefused, DeltaSharingError.Unreachable);
        proxy.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_the_proxy_is_not_for_is_refused_at_a_private_address()
    {
        var bypassing = new WebProxy(proxy.Address) { BypassList = ["share[.]example[.]invalid"] };

        await Should.ThrowAsync<DeltaSharingException>(() => VersionAsync("http://share.example.invalid/ds", bypassing));

        proxy.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task Encryption_is_still_asked_for()
    {
        var exception = await Should.ThrowAsync<DeltaSharingException>(() =>
            VersionAsync("http://share.example.org/ds", new WebProxy(proxy.Address), new DeltaSharingClientOptions())
        );

        exception.Error.ShouldBe(DeltaSharingError.AddressRefused);
        proxy.Requests.ShouldBeEmpty();
    }

    [Fact]
    public void Without_a_proxy_none_of_the_environment_is_used()
    {
        using var handler = SharingHandler.Create(new DeltaSharingClientOptions());

        handler.UseProxy.ShouldBeFalse();
    }

    private async Task<long> VersionAsync(string endpoint, IWebProxy by, DeltaSharingClientOptions? options = null)
    {
        options ??= new DeltaSharingClientOptions { AllowInsecureHttp = true, MaxRetries = 0 };
        var http = new HttpClient(SharingHandler.Create(options, by));
        clients.Add(http);
        var profile = new SharingProfile { Endpoint = new Uri(endpoint), Credential = new BearerTokenCredential("t") };
        return (await new DeltaSharingClient(http, profile, options).GetTableVersionAsync(FakeServer.Table)).Version;
    }
}
