using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Tideway.Hosting.Identity;
using Tideway.Hosting.Web;

namespace Tideway.ShareRegistry.Shares;

/// <summary>Management of shares and of what they hold.</summary>
internal static class SharesEndpoints
{
    public static void MapShares(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/2.1/unity-catalog/shares").RequireRoles(Roles.OutboundOperator).WithTags("Shares");
        group.MapPost("", CreateAsync).WithName("createShare").WithSummary("Makes a share");
        group.MapGet("", ListAsync).WithName("listShares").WithSummary("Lists shares by name");
        group.MapGet("/{name}", GetAsync).WithName("getShare").WithSummary("Shows a share, with its tables and volumes where asked");
        group
            .MapPatch("/{name}", UpdateAsync)
            .WithName("updateShare")
            .WithSummary("Renames or describes a share, and adds, removes or changes its tables and volumes");
        group.MapDelete("/{name}", DeleteAsync).WithName("deleteShare").WithSummary("Removes a share and its grants");
    }

    private static async Task<Results<Created<ShareInfo>, ProblemHttpResult>> CreateAsync(
        CreateShareRequest request,
        HttpContext context,
        ShareStore shares,
        CancellationToken cancellationToken
    )
    {
        string? properties = null;
        var refusal =
            ShareFields.CheckShareName("name", request.Name)
            ?? ShareFields.CheckDisplayName(request.DisplayName)
            ?? ShareFields.CheckComment("comment", request.Comment)
            ?? ShareFields.CheckOwner(request.Owner)
            ?? (request.Properties is null ? null : ShareProperties.Read(request.Properties, out properties));
        if (refusal is not null)
            return refusal.ToProblem();
        var made = new NewShare(request.Name!)
        {
            DisplayName = string.IsNullOrEmpty(request.DisplayName) ? null : request.DisplayName,
            Comment = request.Comment,
            Properties = properties,
            Owner = request.Owner,
        };
        var created = await shares.CreateAsync(made, context.User.Identity!.Name!, cancellationToken);
        return created.Value is { } share
            ? TypedResults.Created($"/api/2.1/unity-catalog/shares/{Uri.EscapeDataString(share.Name)}", ShareInfo.Of(share, withObjects: false))
            : created.Refusal!.ToProblem();
    }

    private static async Task<Results<Ok<ShareList>, ProblemHttpResult>> ListAsync(
        [FromQuery(Name = "max_results")] int? maxResults,
        [FromQuery(Name = "page_token")] string? pageToken,
        ShareStore shares,
        CancellationToken cancellationToken
    )
    {
        if (PageRequest.Read(maxResults, pageToken, out var page) is { } problem)
            return problem;
        // One more than fits tells whether there is a next page.
        var rows = await shares.ListAsync(page.After, page.Limit + 1, cancellationToken);
        var next = rows.Count > page.Limit ? PageRequest.TokenAfter(Share.KeyOf(rows[page.Limit - 1].Name)) : null;
        return TypedResults.Ok(new ShareList([.. rows.Take(page.Limit).Select(share => ShareInfo.Of(share, withObjects: false))], next));
    }

    private static async Task<Results<Ok<ShareInfo>, ProblemHttpResult>> GetAsync(
        string name,
        [FromQuery(Name = "include_shared_data")] bool? includeSharedData,
        ShareStore shares,
        CancellationToken cancellationToken
    ) =>
        await shares.FindAsync(name, cancellationToken) is { } share
            ? TypedResults.Ok(ShareInfo.Of(share, includeSharedData ?? false))
            : Refusal.ShareDoesNotExist(name).ToProblem();

    private static async Task<Results<Ok<ShareInfo>, ProblemHttpResult>> UpdateAsync(
        string name,
        UpdateShareRequest request,
        HttpContext context,
        ShareStore shares,
        ShareUpdateReader reader,
        DirectoryProbe directories,
        CancellationToken cancellationToken
    )
    {
        string? properties = null;
        var refusal =
            (request.NewName is null ? null : ShareFields.CheckShareName("new_name", request.NewName))
            ?? ShareFields.CheckDisplayName(request.DisplayName)
            ?? ShareFields.CheckComment("comment", request.Comment)
            ?? ShareFields.CheckOwner(request.Owner)
            ?? (request.Properties is null ? null : ShareProperties.Read(request.Properties, out properties));
        if (refusal is not null)
            return refusal.ToProblem();
        var updates = await reader.ReadAsync(request.Updates ?? [], context.User.Identity!.Name!, cancellationToken);
        if (updates.Refusal is not null)
            return updates.Refusal.ToProblem();
        if (await directories.CheckAsync(name, updates.Value!.Tables, cancellationToken) is { } noCredentials)
            return noCredentials.ToProblem();
        var change = updates.Value with
        {
            NewName = request.NewName,
            DisplayName = request.DisplayName,
            Comment = request.Comment,
            SetsProperties = request.Properties is not null,
            Properties = properties,
            Owner = request.Owner,
        };
        var changed = await shares.ChangeAsync(name, change, context.User.Identity!.Name!, cancellationToken);
        return changed.Value is { } share ? TypedResults.Ok(ShareInfo.Of(share, withObjects: true)) : changed.Refusal!.ToProblem();
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        string name,
        HttpContext context,
        ShareStore shares,
        CancellationToken cancellationToken
    ) => await shares.DeleteAsync(name, context.User.Identity!.Name!, cancellationToken) is { } refusal ? refusal.ToProblem() : TypedResults.NoContent();
}
