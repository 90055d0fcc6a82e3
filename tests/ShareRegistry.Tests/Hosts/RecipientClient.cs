using Tideway.Contracts.RecipientAuth;
using Tideway.Hosting.Identity;

namespace Tideway.ShareRegistry.Tests.Hosts;

/// <summary>A recipient and its token.</summary>
internal sealed record RecipientClient(Guid Id, string Name, string Token, HttpClient Http);

internal static class RecipientEvents
{
    public static RecipientCreated Created(Guid id, string name, long revision = 1) =>
        new()
        {
            RecipientId = id,
            RecipientName = name,
            Revision = revision,
            Actor = "test",
            OccurredAt = DateTimeOffset.UnixEpoch,
        };

    public static RecipientDeleted Deleted(Guid id, string name, long revision = 2) =>
        new()
        {
            RecipientId = id,
            RecipientName = name,
            Revision = revision,
            Actor = "test",
            OccurredAt = DateTimeOffset.UnixEpoch,
        };

    /// <summary>A recipient that recipient-auth has made and told of, with a token that is good for a day.</summary>
    public static async Task<RecipientClient> AddRecipientAsync(this RegistryProcess process, string name, params string[] allowedAddresses)
    {
        var id = Guid.CreateVersion7();
        var token = "recipient-" + name;
        process.Credentials.Add(
            token,
            new Credential
            {
                Kind = CredentialKind.Recipient,
                Id = id,
                Name = name,
                ExpiresAt = process.Time.GetUtcNow().AddDays(1),
                AllowedIpAddresses = allowedAddresses,
            }
        );
        await process.PublishAsync(Created(id, name));
        return new RecipientClient(id, name, token, process.ClientOf(token));
    }
}
