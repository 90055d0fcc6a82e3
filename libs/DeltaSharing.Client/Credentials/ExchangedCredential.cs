using System.Net.Http.Headers;
using Tideway.DeltaSharing.Client.Transport;

namespace Tideway.DeltaSharing.Client.Credentials;

/// <summary>A credential for which a token endpoint gives short-lived tokens. One request for a token at a time, however many wait for it.</summary>
internal sealed class ExchangedCredential : SharingCredential
{
    // Other clients renew ten minutes before the end too, so servers are used to it.
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(10);

    private readonly RequestSender sender;
    private readonly ITokenGrant grant;
    private readonly TimeProvider time;
    private readonly Lock gate = new();

    private AccessToken? current;
    private Task<AccessToken>? renewing;

    public ExchangedCredential(HttpClient http, ITokenGrant grant, DeltaSharingClientOptions options, TimeProvider time)
    {
        UrlPolicy.Check(grant.TokenEndpoint, options);
        sender = new RequestSender(http, options, time);
        this.grant = grant;
        this.time = time;
    }

    public override async ValueTask AuthorizeAsync(HttpRequestMessage request, CancellationToken cancellationToken = default)
    {
        var token = Volatile.Read(ref current) is { } known && IsFresh(known) ? known : await RenewAsync(cancellationToken).ConfigureAwait(false);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token.Token);
    }

    public override bool Forget(HttpRequestMessage request)
    {
        var known = Volatile.Read(ref current);
        // Another request may have renewed it meanwhile; then that one is to be tried.
        if (known is not null && request.Headers.Authorization?.Parameter == known.Token)
            Interlocked.CompareExchange(ref current, null, known);
        return true;
    }

    // Who asks first starts the request, which goes on for the others when that one leaves.
    private Task<AccessToken> RenewAsync(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (current is { } known && IsFresh(known))
                return Task.FromResult(known);
            renewing ??= Task.Run(RequestAsync, CancellationToken.None);
            return renewing.WaitAsync(cancellationToken);
        }
    }

    private async Task<AccessToken> RequestAsync()
    {
        try
        {
            var asked = time.GetUtcNow();
            using var answer = await AskAsync().ConfigureAwait(false);
            var token = await AccessToken.ReadAsync(answer, asked, CancellationToken.None).ConfigureAwait(false);
            Volatile.Write(ref current, token);
            return token;
        }
        finally
        {
            lock (gate)
                renewing = null;
        }
    }

    private async Task<Answer> AskAsync()
    {
        try
        {
            return await sender.SendAsync(grant.Create, CancellationToken.None).ConfigureAwait(false);
        }
        catch (DeltaSharingException refusal) when (IsOfClient(refusal) && grant.TryAnotherForm())
        {
            try
            {
                return await sender.SendAsync(grant.Create, CancellationToken.None).ConfigureAwait(false);
            }
            catch (DeltaSharingException)
            {
                // Then it was not the form.
                grant.TryAnotherForm();
                throw refusal;
            }
        }
    }

    private static bool IsOfClient(DeltaSharingException refusal) => refusal is { Status: 401 } or { ErrorCode: "invalid_client" };

    // A token that lives shortly is renewed after half its life and not at once for every request.
    private bool IsFresh(AccessToken token)
    {
        var life = token.ExpiresAt - token.IssuedAt;
        return time.GetUtcNow() < token.ExpiresAt - (life / 2 < Margin ? life / 2 : Margin);
    }
}
