using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Tideway.Hosting.Identity;
using Tideway.Hosting.Web;

namespace Tideway.RecipientAuth.Principals;

internal static class PrincipalsEndpoints
{
    private const string Path = "/api/tideway/v1/principals";

    public static RouteGroupBuilder MapPrincipals(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup(Path).RequireRoles(Roles.Admin).WithTags("Principals");
        group.MapPost("/", CreateAsync).WithName("createPrincipal").WithSummary("Makes a service principal and shows its token once");
        group.MapGet("/", ListAsync).WithName("listPrincipals").WithSummary("Service principals in the order of their names");
        group.MapGet("/{name}", GetAsync).WithName("getPrincipal").WithSummary("A service principal");
        group.MapDelete("/{name}", DeleteAsync).WithName("deletePrincipal").WithSummary("Removes a service principal and ends its token at once");
        group
            .MapPost("/{name}/rotate-token", RotateAsync)
            .WithName("rotatePrincipalToken")
            .WithSummary("Replaces the token at once and shows the new one once");
        return group;
    }

    private static async Task<Results<Created<PrincipalInfo>, ProblemHttpResult>> CreateAsync(
        CreatePrincipal request,
        PrincipalStore store,
        ClaimsPrincipal user,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        context.Response.Headers.CacheControl = "no-store";
        return (await store.CreateAsync(request, user.Actor(), cancellationToken)).IsRefused(out var refusal, out var made)
            ? refusal.ToProblem()
            : TypedResults.Created($"{Path}/{Uri.EscapeDataString(made.Principal.Name)}", PrincipalInfo.Of(made.Principal, made.Token));
    }

    private static async Task<Results<Ok<ListPrincipals>, ProblemHttpResult>> ListAsync(
        [FromQuery(Name = "max_results")] int? maxResults,
        [FromQuery(Name = "page_token")] string? pageToken,
        PrincipalStore store,
        CancellationToken cancellationToken
    )
    {
        if (PageRequest.Read(maxResults, pageToken, out var page) is { } problem)
            return problem;
        var found = await store.ListAsync(page.After, page.Limit + 1, cancellationToken);
        var next = found.Count > page.Limit ? PageRequest.TokenAfter(ObjectName.Key(found[page.Limit - 1].Name)) : null;
        return TypedResults.Ok(new ListPrincipals { Principals = [.. found.Take(page.Limit).Select(p => PrincipalInfo.Of(p))], NextPageToken = next });
    }

    private static async Task<Results<Ok<PrincipalInfo>, ProblemHttpResult>> GetAsync(string name, PrincipalStore store, CancellationToken cancellationToken) =>
        await store.FindAsync(name, cancellationToken) is { } principal
            ? TypedResults.Ok(PrincipalInfo.Of(principal))
            : PrincipalStore.DoesNotExist(name).ToProblem();

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        string name,
        PrincipalStore store,
        ClaimsPrincipal user,
        CancellationToken cancellationToken
    ) => (await store.DeleteAsync(name, user.Actor(), cancellationToken)).Refusal is { } refusal ? refusal.ToProblem() : TypedResults.NoContent();

    private static async Task<Results<Ok<PrincipalInfo>, ProblemHttpResult>> RotateAsync(
        string name,
        RotatePrincipalToken? request,
        PrincipalStore store,
        ClaimsPrincipal user,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        context.Response.Headers.CacheControl = "no-store";
        return (await store.RotateAsync(name, request ?? new RotatePrincipalToken(), user.Actor(), cancellationToken)).IsRefused(out var refusal, out var made)
            ? refusal.ToProblem()
            : TypedResults.Ok(PrincipalInfo.Of(made.Principal, made.Token));
    }
}
