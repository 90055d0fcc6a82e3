using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Tideway.Hosting.Identity;
using Tideway.Hosting.Web;
using Tideway.ShareRegistry.Recipients;
using Tideway.ShareRegistry.Shares;

namespace Tideway.ShareRegistry.Grants;

/// <summary>Management of who may read which share.</summary>
internal static class GrantsEndpoints
{
    private const string Select = "SELECT";
    private const int MaxChanges = 1000;

    public static void MapGrants(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/2.1/unity-catalog").RequireRoles(Roles.OutboundOperator).WithTags("Grants");
        group.MapGet("/shares/{name}/permissions", GetAsync).WithName("getSharePermissions").WithSummary("Shows who may read a share");
        group
            .MapPatch("/shares/{name}/permissions", UpdateAsync)
            .WithName("updateSharePermissions")
            .WithSummary("Grants a share to recipients, or takes it from them");
        group
            .MapGet("/recipients/{name}/share-permissions", GetOfRecipientAsync)
            .WithName("getRecipientSharePermissions")
            .WithSummary("Shows what a recipient may read");
    }

    private static async Task<Results<Ok<SharePermissions>, ProblemHttpResult>> GetAsync(string name, GrantStore grants, CancellationToken cancellationToken) =>
        await grants.FindRecipientsAsync(name, cancellationToken) is { } recipients
            ? TypedResults.Ok(PermissionsOf(recipients))
            : Refusal.ShareDoesNotExist(name).ToProblem();

    private static async Task<Results<Ok<SharePermissions>, ProblemHttpResult>> UpdateAsync(
        string name,
        UpdatePermissionsRequest request,
        HttpContext context,
        GrantStore grants,
        RecipientDirectory directory,
        CancellationToken cancellationToken
    )
    {
        var changes = await ReadAsync(request.Changes ?? [], directory, cancellationToken);
        if (changes.Refusal is not null)
            return changes.Refusal.ToProblem();
        if (await grants.ChangeAsync(name, changes.Value!, context.User.Identity!.Name!, cancellationToken) is { } refusal)
            return refusal.ToProblem();
        if (request.OmitPermissionsList == true)
            return TypedResults.Ok(new SharePermissions(null));
        return await GetAsync(name, grants, cancellationToken);
    }

    private static async Task<Results<Ok<RecipientSharePermissions>, ProblemHttpResult>> GetOfRecipientAsync(
        string name,
        [FromQuery(Name = "max_results")] int? maxResults,
        [FromQuery(Name = "page_token")] string? pageToken,
        GrantStore grants,
        RecipientDirectory directory,
        CancellationToken cancellationToken
    )
    {
        if (PageRequest.Read(maxResults, pageToken, out var page) is { } problem)
            return problem;
        var found = await directory.WaitForAsync(name, cancellationToken);
        if (found.Value is not { } recipient)
            return found.Refusal!.ToProblem();
        // One more than fits tells whether there is a next page.
        var rows = await grants.ListSharesAsync(recipient.RecipientId, page.After, page.Limit + 1, cancellationToken);
        var next = rows.Count > page.Limit ? PageRequest.TokenAfter(Share.KeyOf(rows[page.Limit - 1])) : null;
        var permissions = rows.Take(page.Limit).Select(share => new SharePermission(share, [new PrivilegeAssignment(recipient.Name, [Select])]));
        return TypedResults.Ok(new RecipientSharePermissions([.. permissions], next));
    }

    private static async Task<Outcome<IReadOnlyList<GrantChange>>> ReadAsync(
        IReadOnlyList<PermissionsChange> changes,
        RecipientDirectory directory,
        CancellationToken cancellationToken
    )
    {
        if (changes.Count > MaxChanges)
            return Refusal.LimitExceeded($"changes: expected at most {MaxChanges}, got {changes.Count}.");
        for (var i = 0; i < changes.Count; i++)
        {
            if (Check($"changes[{i}]", changes[i]) is { } refusal)
                return refusal;
        }

        var read = new List<GrantChange>(changes.Count);
        foreach (var change in changes)
        {
            var name = (change.Principal ?? change.RecipientName)!;
            var found = await directory.WaitForAsync(name, cancellationToken);
            if (found.Value is not { } recipient)
                return found.Refusal!;
            if (change.Add is { Count: > 0 })
                read.Add(new GrantChange(recipient, Grant: true));
            if (change.Remove is { Count: > 0 })
                read.Add(new GrantChange(recipient, Grant: false));
        }

        return new(read, null);
    }

    private static Refusal? Check(string field, PermissionsChange change)
    {
        if (string.IsNullOrEmpty(change.Principal ?? change.RecipientName))
            return Refusal.Invalid($"{field}.principal: expected the name of a recipient, got none.");
        foreach (var privilege in (change.Add ?? []).Concat(change.Remove ?? []))
        {
            if (!string.Equals(privilege, Select, StringComparison.OrdinalIgnoreCase))
                return Refusal.Invalid($"{field}: expected the privilege {Select}, got '{ShareFields.Shorten(privilege)}'.");
        }

        return change is { Add.Count: > 0, Remove.Count: > 0 } ? Refusal.Invalid($"{field}: expected {Select} in add or in remove, got it in both.") : null;
    }

    private static SharePermissions PermissionsOf(IReadOnlyList<Recipient> recipients) =>
        new([.. recipients.Select(recipient => new PrivilegeAssignment(recipient.Name, [Select]))]);
}
