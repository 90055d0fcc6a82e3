using System.Net.Http.Headers;
using System.Text;
using Tideway.DeltaSharing.Client.Transport;
using Tideway.DeltaSharing.Protocol;

namespace Tideway.DeltaSharing.Client.Credentials;

/// <summary>
/// Puts a profile's credential on requests. One that is exchanged for short-lived tokens remembers them, so keep it as long as the profile is used.
/// Safe to use from several threads.
/// </summary>
public abstract class SharingCredential
{
    private protected SharingCredential() { }

    /// <summary>The credential of a profile.</summary>
    /// <param name="http">Asks for tokens; best made with <see cref="SharingHandler.Create"/>. It stays the caller's.</param>
    /// <param name="profile">Where the credential is from.</param>
    /// <param name="options">How far token endpoints are trusted and waited for, and where private keys may lie.</param>
    /// <param name="time">Says when tokens end.</param>
    /// <exception cref="DeltaSharingException">
    /// <see cref="DeltaSharingError.AddressRefused"/>: the token endpoint may not be called; <see cref="DeltaSharingError.CredentialRefused"/>: the
    /// private key lies where none may be read, or is none.
    /// </exception>
    public static SharingCredential Of(HttpClient http, SharingProfile profile, DeltaSharingClientOptions? options = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(profile);
        options ??= new DeltaSharingClientOptions();
        time ??= TimeProvider.System;
        return profile.Credential switch
        {
            BearerTokenCredential bearer => new FixedCredential(new AuthenticationHeaderValue("Bearer", bearer.Token)),
            BasicCredential basic => new FixedCredential(Basic(basic.Username, basic.Password)),
            OAuthClientCredential client => new ExchangedCredential(http, new ClientSecretGrant(client), options, time),
            PrivateKeyCredential key => new ExchangedCredential(http, new SignedAssertionGrant(key, options, time), options, time),
            _ => throw new DeltaSharingException(DeltaSharingError.Unsupported, $"Credentials of type {profile.Credential.Type} are not supported."),
        };
    }

    /// <summary>Sets the header <c>Authorization</c>, getting a token first where there is none that is good.</summary>
    /// <exception cref="DeltaSharingException">No token could be had.</exception>
    public abstract ValueTask AuthorizeAsync(HttpRequestMessage request, CancellationToken cancellationToken = default);

    /// <summary>
    /// Forgets the token that a refused request carried, so that the next one gets another; <see langword="false"/> where that would change nothing.
    /// </summary>
    public abstract bool Forget(HttpRequestMessage request);

    // RFC 7617: UTF-8. Of user and password only the first may not hold a colon.
    internal static AuthenticationHeaderValue Basic(string user, string password) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));
}

/// <summary>The same on every request.</summary>
internal sealed class FixedCredential(AuthenticationHeaderValue header) : SharingCredential
{
    public override ValueTask AuthorizeAsync(HttpRequestMessage request, CancellationToken cancellationToken = default)
    {
        request.Headers.Authorization = header;
        return ValueTask.CompletedTask;
    }

    public override bool Forget(HttpRequestMessage request) => false;
}
