using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Tideway.Contracts.InboundSync;
using Tideway.DeltaSharing.Client;
using Tideway.DeltaSharing.Protocol;
using Tideway.Hosting.Identity;
using Tideway.Hosting.Web;
using Tideway.InboundSync.PartnerEvents;
using Tideway.InboundSync.Runs;
using Tideway.InboundSync.Storage;
using Tideway.InboundSync.Syncs;

namespace Tideway.InboundSync.Providers;

/// <summary>Management of providers, with the names of Unity Catalog.</summary>
internal static class ProvidersEndpoints
{
    public static RouteGroupBuilder MapProviders(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/2.1/unity-catalog/providers").RequireRoles(Roles.InboundOperator).WithTags("Providers");
        group.MapPost("/", Create).WithName("createProvider");
        group.MapGet("/", List).WithName("listProviders");
        group.MapGet("/{name}", Get).WithName("getProvider");
        group.MapPatch("/{name}", Update).WithName("updateProvider");
        group.MapDelete("/{name}", Delete).WithName("deleteProvider");
        group.MapGet("/{name}/shares", ListShares).WithName("listProviderShares");
        return group;
    }

    private static async Task<Results<Created<ProviderInfo>, ProblemHttpResult>> Create(
        CreateProvider request,
        HttpContext context,
        IProviderStore store,
        InboundSyncDatabase database,
        ProviderConnections connections,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        if (Provider.NameFault(request.Name) is { } fault)
            return Problems.Invalid($"name: {fault}.");
        if (request.AuthenticationType is not (null or Provider.TokenAuthentication or Provider.OAuthAuthentication))
            return Problems.Invalid(
                $"authentication_type: expected {Provider.TokenAuthentication} or {Provider.OAuthAuthentication}, got '{request.AuthenticationType}'."
            );
        if (ReadProfile(request.RecipientProfileStr, connections, out var profile) is { } problem)
            return problem;
        if (request.AuthenticationType is { } type && type != Provider.AuthenticationTypeOf(profile!.Version))
            return Problems.Invalid($"authentication_type: the profile is one of {Provider.AuthenticationTypeOf(profile.Version)}, got '{type}'.");

        var id = Guid.CreateVersion7();
        var now = time.GetUtcNow();
        var actor = context.User.Identity!.Name!;
        var provider = new Provider
        {
            ProviderId = id,
            Name = request.Name!,
            Endpoint = EndpointOf(profile!),
            Profile = connections.Seal(profile!, id),
            ShareCredentialsVersion = profile!.Version,
            ExpirationTime = profile.ExpirationTime,
            Comment = request.Comment,
            Owner = request.Owner ?? actor,
            CreatedAt = now,
            CreatedBy = actor,
            UpdatedAt = now,
            UpdatedBy = actor,
        };
        await using var transaction = await database.BeginAsync(cancellationToken);
        if (!await store.AddAsync(transaction, provider, cancellationToken))
            return Problems.Conflict("PROVIDER_ALREADY_EXISTS", $"There is a provider named '{request.Name}' already.");
        transaction.Publish(
            new ProviderCreated
            {
                ProviderId = id,
                ProviderName = provider.Name,
                Endpoint = provider.Endpoint,
                Actor = actor,
                OccurredAt = now,
            }
        );
        await transaction.CommitAsync(cancellationToken);
        return TypedResults.Created($"/api/2.1/unity-catalog/providers/{Uri.EscapeDataString(provider.Name)}", ProviderInfo.Of(provider));
    }

    private static async Task<Results<Ok<ProviderPage>, ProblemHttpResult>> List(
        IProviderStore store,
        CancellationToken cancellationToken,
        int? max_results = null,
        string? page_token = null
    )
    {
        if (PageRequest.Read(max_results, page_token, out var page) is { } problem)
            return problem;
        var rows = await store.ListAsync(page.After, page.Limit + 1, cancellationToken);
        return TypedResults.Ok(
            new ProviderPage
            {
                Providers = [.. rows.Take(page.Limit).Select(ProviderInfo.Of)],
                NextPageToken = rows.Count > page.Limit ? PageRequest.TokenAfter(Provider.KeyOf(rows[page.Limit - 1].Name)) : null,
            }
        );
    }

    private static async Task<Results<Ok<ProviderInfo>, ProblemHttpResult>> Get(string name, IProviderStore store, CancellationToken cancellationToken) =>
        await store.FindAsync(name, cancellationToken) is { } provider ? TypedResults.Ok(ProviderInfo.Of(provider)) : Unknown(name);

    private static async Task<Results<Ok<ProviderInfo>, ProblemHttpResult>> Update(
        string name,
        UpdateProvider request,
        HttpContext context,
        IProviderStore store,
        ISyncStore syncs,
        SyncQueue queue,
        InboundSyncDatabase database,
        ProviderConnections connections,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        if (await store.FindAsync(name, cancellationToken) is not { } provider)
            return Unknown(name);
        if (request.NewName is not null && Provider.NameFault(request.NewName) is { } fault)
            return Problems.Invalid($"new_name: {fault}.");
        SharingProfile? profile = null;
        if (request.RecipientProfileStr is not null && ReadProfile(request.RecipientProfileStr, connections, out profile) is { } problem)
            return problem;
        var actor = context.User.Identity!.Name!;
        var now = time.GetUtcNow();
        var change = new ProviderChange
        {
            ProviderId = provider.ProviderId,
            Name = request.NewName,
            Endpoint = profile is null ? null : EndpointOf(profile),
            Profile = profile is null ? null : connections.Seal(profile, provider.ProviderId),
            ShareCredentialsVersion = profile?.Version,
            ExpirationTime = profile?.ExpirationTime,
            Comment = request.Comment,
            Owner = request.Owner,
            UpdatedAt = now,
            UpdatedBy = actor,
        };
        await using var transaction = await database.BeginAsync(cancellationToken);
        if (!await store.UpdateAsync(transaction, change, cancellationToken))
            return Problems.Conflict("PROVIDER_ALREADY_EXISTS", $"There is a provider named '{request.NewName}' already.");
        if (profile is not null)
        {
            // Another credential may be another recipient, which has no subscription yet; and syncs that failed for the old one need not wait.
            await transaction.ExecuteAsync(PartnerSubscriptionSql.Renew, new { providerId = provider.ProviderId }, cancellationToken);
            await syncs.MakeFailingDueAsync(transaction, provider.ProviderId, now, cancellationToken);
            transaction.OnCommitted(queue.Wake);
        }

        transaction.Publish(
            new ProviderUpdated
            {
                ProviderId = provider.ProviderId,
                ProviderName = change.Name ?? provider.Name,
                Endpoint = change.Endpoint ?? provider.Endpoint,
                Actor = actor,
                OccurredAt = now,
            }
        );
        await transaction.CommitAsync(cancellationToken);
        return TypedResults.Ok(ProviderInfo.Of((await store.FindAsync(provider.ProviderId, cancellationToken))!));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> Delete(
        string name,
        HttpContext context,
        IProviderStore store,
        InboundSyncDatabase database,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        if (await store.FindAsync(name, cancellationToken) is not { } provider)
            return Unknown(name);
        await using var transaction = await database.BeginAsync(cancellationToken);
        if (!await store.DeleteAsync(transaction, provider.ProviderId, cancellationToken))
            return Problems.Conflict("INVALID_STATE", $"Provider '{provider.Name}' still has syncs; delete them first.");
        transaction.Publish(
            new ProviderDeleted
            {
                ProviderId = provider.ProviderId,
                ProviderName = provider.Name,
                Actor = context.User.Identity!.Name!,
                OccurredAt = time.GetUtcNow(),
            }
        );
        await transaction.CommitAsync(cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<Results<Ok<ProviderSharePage>, ProblemHttpResult>> ListShares(
        string name,
        IProviderStore store,
        ProviderConnections connections,
        IOptions<SyncOptions> options,
        CancellationToken cancellationToken
    )
    {
        if (await store.FindAsync(name, cancellationToken) is not { } provider)
            return Unknown(name);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(options.Value.AskProviderAtMost);
        try
        {
            var shares = new List<ProviderShare>();
            await foreach (var share in connections.ConnectBriefly(provider, []).ListSharesAsync(patience.Token))
                shares.Add(new ProviderShare { Name = share.Name });
            return TypedResults.Ok(new ProviderSharePage { Shares = shares });
        }
        catch (DeltaSharingException exception)
        {
            return Unavailable(provider, exception.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Unavailable(provider, $"no answer within {options.Value.AskProviderAtMost.TotalSeconds} s.");
        }
    }

    private static ProblemHttpResult Unavailable(Provider provider, string reason) =>
        Problems.Of(StatusCodes.Status502BadGateway, "PROVIDER_UNAVAILABLE", $"Provider '{provider.Name}' at {provider.Endpoint} could not be asked: {reason}");

    private static ProblemHttpResult? ReadProfile(string? text, ProviderConnections connections, out SharingProfile? profile)
    {
        profile = null;
        if (string.IsNullOrWhiteSpace(text))
            return Problems.Invalid("recipient_profile_str: expected the text of a Delta Sharing profile file, got nothing.");
        try
        {
            profile = SharingProfile.Parse(Encoding.UTF8.GetBytes(text));
        }
        catch (SharingProtocolException exception)
        {
            return Problems.Invalid($"recipient_profile_str: {exception.Message}");
        }

        return connections.Fault(profile) is { } fault ? Problems.Invalid($"recipient_profile_str: {fault}") : null;
    }

    private static string EndpointOf(SharingProfile profile) => profile.Endpoint.AbsoluteUri.TrimEnd('/');

    private static ProblemHttpResult Unknown(string name) => Problems.NotFound("PROVIDER_DOES_NOT_EXIST", $"There is no provider named '{name}'.");
}
