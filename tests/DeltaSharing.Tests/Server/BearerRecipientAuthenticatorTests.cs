using System.Net;
using Microsoft.AspNetCore.Http;
using Tideway.DeltaSharing.Server.Authentication;
using Tideway.DeltaSharing.Server.Serving;
using Tideway.Hosting.Identity;

namespace Tideway.DeltaSharing.Tests.Server;

public sealed class BearerRecipientAuthenticatorTests
{
    private readonly ManualTime time = new(new DateTimeOffset(2026, 11, 23, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task A_known_token_gives_its_recipient()
    {
        var granted = (await AuthenticateAsync("Bearer known")).ShouldBeOfType<RecipientAuthentication.Granted>();

        granted.Recipient.Name.ShouldBe("acme");
        granted.Recipient.Properties["region"].ShouldBe("eu");
        granted.Fingerprint.ShouldBe(RecipientToken.Fingerprint("known"));
    }

    [Theory]
    [InlineData(null, RefusalReason.Missing)]
    [InlineData("", RefusalReason.Missing)]
    [InlineData("Digest known", RefusalReason.Malformed)]
    [InlineData("Bearer kn\"own", RefusalReason.Malformed)]
    [InlineData("Bearer stranger", RefusalReason.Unknown)]
    [InlineData("Bearer principal", RefusalReason.Unknown)]
    [InlineData("Bearer old", RefusalReason.Expired)]
    [InlineData("Bearer confined", RefusalReason.AddressDenied)]
    [InlineData("Bearer flood", RefusalReason.TooManyUnknown)]
    [InlineData("Bearer offline", RefusalReason.Unavailable)]
    public async Task Anything_else_is_refused_for_its_reason(string? header, RefusalReason reason)
    {
        var refused = (await AuthenticateAsync(header)).ShouldBeOfType<RecipientAuthentication.Refused>();

        refused.Reason.ShouldBe(reason);
        (refused.Known is not null).ShouldBe(reason is RefusalReason.Expired or RefusalReason.AddressDenied);
        (refused.Fingerprint is not null).ShouldBe(reason is not (RefusalReason.Missing or RefusalReason.Malformed));
    }

    [Fact]
    public async Task Two_authorization_headers_are_malformed()
    {
        var context = Context(null);
        context.Request.Headers.Authorization = new(["Bearer known", "Bearer known"]);

        var authentication = await Authenticator().AuthenticateAsync(context, CancellationToken.None);

        authentication.ShouldBeOfType<RecipientAuthentication.Refused>().Reason.ShouldBe(RefusalReason.Malformed);
    }

    private ValueTask<RecipientAuthentication> AuthenticateAsync(string? header) => Authenticator().AuthenticateAsync(Context(header), CancellationToken.None);

    private BearerRecipientAuthenticator Authenticator() => new(new RecipientCredentials(new Credentials(time.Now), time));

    private static DefaultHttpContext Context(string? header)
    {
        var context = new DefaultHttpContext { Connection = { RemoteIpAddress = IPAddress.Parse("203.0.113.9") } };
        if (header is not null)
            context.Request.Headers.Authorization = header;
        return context;
    }

    private sealed class Credentials(DateTimeOffset now) : ICredentialCache
    {
        private readonly Credential acme = new()
        {
            Kind = CredentialKind.Recipient,
            Id = Guid.CreateVersion7(),
            Name = "acme",
            ExpiresAt = now + TimeSpan.FromHours(1),
            Properties = new Dictionary<string, string> { ["region"] = "eu" },
        };

        public ValueTask<Credential?> FindAsync(string token, IPAddress? address, CancellationToken cancellationToken) =>
            ValueTask.FromResult(
                token switch
                {
                    "known" => acme,
                    "old" => acme with { ExpiresAt = now },
                    "confined" => acme with { AllowedIpAddresses = ["198.51.100.0/24"] },
                    "principal" => acme with { Kind = CredentialKind.Principal },
                    "flood" => throw new TooManyUnknownTokensException(TimeSpan.FromSeconds(1)),
                    "offline" => throw new CredentialCheckException("No answer.", new IOException()),
                    _ => null,
                }
            );

        public ValueTask ForgetAsync(Guid ownerId, CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }
}
