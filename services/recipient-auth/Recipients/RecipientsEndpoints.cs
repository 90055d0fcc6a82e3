using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Tideway.Hosting.Identity;
using Tideway.Hosting.Web;
using Tideway.RecipientAuth.Activation;

namespace Tideway.RecipientAuth.Recipients;

internal static class RecipientsEndpoints
{
    public const string Path = "/api/2.1/unity-catalog/recipients";

    public static RouteGroupBuilder MapRecipients(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup(Path).RequireRoles(Roles.OutboundOperator).WithTags("Recipients");
        group.MapPost("/", CreateAsync).WithName("createRecipient").WithSummary("Makes a recipient and its activation link");
        group.MapGet("/", ListAsync).WithName("listRecipients").WithSummary("Recipients in the order of their names");
        group.MapGet("/{name}", GetAsync).WithName("getRecipient").WithSummary("A recipient");
        group.MapPatch("/{name}", UpdateAsync).WithName("updateRecipient").WithSummary("Changes what the body names; the rest stays");
        group.MapDelete("/{name}", DeleteAsync).WithName("deleteRecipient").WithSummary("Removes a recipient and ends its tokens at once");
        group
            .MapPost("/{name}/rotate-token", RotateAsync)
            .WithName("rotateRecipientToken")
            .WithSummary("Makes a new activation link and gives the token before it an end");
        group.MapDelete("/{name}/tokens/{tokenId:guid}", RevokeAsync).WithName("revokeRecipientToken").WithSummary("Ends a token, or an unused link, at once");
        return group;
    }

    private static async Task<Results<Created<RecipientInfo>, ProblemHttpResult>> CreateAsync(
        CreateRecipient request,
        RecipientStore store,
        ActivationAddress address,
        TimeProvider time,
        ClaimsPrincipal user,
        CancellationToken cancellationToken
    ) =>
        (await store.CreateAsync(request, user.Actor(), cancellationToken)).IsRefused(out var refusal, out var made)
            ? refusal.ToProblem()
            : TypedResults.Created($"{Path}/{Uri.EscapeDataString(made.Recipient.Name)}", RecipientInfo.Of(made, time.GetUtcNow(), address.Of));

    private static async Task<Results<Ok<ListRecipients>, ProblemHttpResult>> ListAsync(
        [FromQuery(Name = "max_results")] int? maxResults,
        [FromQuery(Name = "page_token")] string? pageToken,
        RecipientStore store,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        if (PageRequest.Read(maxResults, pageToken, out var page) is { } problem)
            return problem;
        var found = await store.ListAsync(page.After, page.Limit + 1, cancellationToken);
        var next = found.Count > page.Limit ? PageRequest.TokenAfter(ObjectName.Key(found[page.Limit - 1].Name)) : null;
        return TypedResults.Ok(
            new ListRecipients
            {
                Recipients = [.. found.Take(page.Limit).Select(recipient => RecipientInfo.Of(recipient, time.GetUtcNow()))],
                NextPageToken = next,
            }
        );
    }

    private static async Task<Results<Ok<RecipientInfo>, ProblemHttpResult>> GetAsync(
        string name,
        RecipientStore store,
        TimeProvider time,
        CancellationToken cancellationToken
    ) =>
        await store.FindAsync(name, cancellationToken) is { } recipient
            ? TypedResults.Ok(RecipientInfo.Of(recipient, time.GetUtcNow()))
            : RecipientStore.DoesNotExist(name).ToProblem();

    private static async Task<Results<Ok<RecipientInfo>, ProblemHttpResult>> UpdateAsync(
        string name,
        UpdateRecipient request,
        RecipientStore store,
        TimeProvider time,
        ClaimsPrincipal user,
        CancellationToken cancellationToken
    ) =>
        (await store.UpdateAsync(name, request, user.Actor(), cancellationToken)).IsRefused(out var refusal, out var recipient)
            ? refusal.ToProblem()
            : TypedResults.Ok(RecipientInfo.Of(recipient, time.GetUtcNow()));

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        string name,
        RecipientStore store,
        ClaimsPrincipal user,
        CancellationToken cancellationToken
    ) => (await store.DeleteAsync(name, user.Actor(), cancellationToken)).Refusal is { } refusal ? refusal.ToProblem() : TypedResults.NoContent();

    private static async Task<Results<Ok<RecipientInfo>, ProblemHttpResult>> RotateAsync(
        string name,
        RotateToken request,
        RecipientTokenStore store,
        ActivationAddress address,
        TimeProvider time,
        ClaimsPrincipal user,
        CancellationToken cancellationToken
    ) =>
        (await store.RotateAsync(name, request, user.Actor(), cancellationToken)).IsRefused(out var refusal, out var made)
            ? refusal.ToProblem()
            : TypedResults.Ok(RecipientInfo.Of(made, time.GetUtcNow(), address.Of));

    private static async Task<Results<NoContent, ProblemHttpResult>> RevokeAsync(
        string name,
        Guid tokenId,
        RecipientTokenStore store,
        ClaimsPrincipal user,
        CancellationToken cancellationToken
    ) => (await store.RevokeAsync(name, tokenId, user.Actor(), cancellationToken)).Refusal is { } refusal ? refusal.ToProblem() : TypedResults.NoContent();
}
