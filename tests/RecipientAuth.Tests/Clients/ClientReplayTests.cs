using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using Tideway.DeltaSharing.Protocol;
using Tideway.RecipientAuth.Tests.Hosts;
using Tideway.Testing;
using Tideway.Testing.Recorded;

namespace Tideway.RecipientAuth.Tests.Clients;

/// <summary>The requests for tokens of clients that others wrote, byte for byte; the file beside this one says what each needs of the answer.</summary>
public sealed class ClientReplayTests : IAsyncLifetime
{
    private RecipientAuthProcess process = null!;

    public async ValueTask InitializeAsync() => process = await RecipientAuthProcess.StartAsync();

    public ValueTask DisposeAsync() => process.DisposeAsync();

    [Fact]
    [ProtocolRule("Profiles of version 2", "The requests of the Python, Spark and R clients for tokens, as they go over the wire, are answered as they need")]
    public async Task Clients_that_others_wrote_get_their_tokens()
    {
        var link = await process.CreateRecipientAsync("acme", new { authentication_type = "OAUTH_CLIENT_CREDENTIALS" });
        var answer = await process.ActivateAsync(link);
        answer.Status.ShouldBe(HttpStatusCode.OK);
        var client = SharingProfile.Parse(Encoding.UTF8.GetBytes(answer.Text)).Credential.ShouldBeOfType<OAuthClientCredential>();
        var server = process.Stranger.BaseAddress!;
        var values = new Dictionary<string, string>
        {
            ["host"] = server.Authority,
            ["basic"] = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{client.ClientId}:{client.ClientSecret}")),
        };

        await Replay.RunAsync(
            Path.Combine(Path.GetDirectoryName(SourceFile())!, "token-endpoint.http"),
            values,
            request => LiteralHttp.SendAsync(server.Host, server.Port, request, TestContext.Current.CancellationToken)
        );
    }

    private static string SourceFile([CallerFilePath] string path = "") => path;
}
