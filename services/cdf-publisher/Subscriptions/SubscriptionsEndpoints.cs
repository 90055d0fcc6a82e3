using Microsoft.AspNetCore.Http.HttpResults;
using Tideway.CdfPublisher.Partners;
using Tideway.CdfPublisher.Shares;
using Tideway.Hosting.Identity;
using Tideway.Hosting.Web;

namespace Tideway.CdfPublisher.Subscriptions;

/// <summary>Recipients ask to be told of new versions; the outbound operator sees who did.</summary>
internal static class SubscriptionsEndpoints
{
    public static void MapSubscriptions(this IEndpointRouteBuilder routes)
    {
        var own = routes.MapGroup("/api/tideway/v1/subscriptions").WithTags("Subscriptions").AddEndpointFilter<RouteGroupBuilder, RecipientCaller>();
        own.MapPost("/", Create).WithName("CreateSubscription").WithSummary("Subscribes an endpoint; asked again for the same, renews its secret");
        own.MapGet("/", List).WithName("ListSubscriptions").WithSummary("The caller's own subscriptions");
        own.MapGet("/{id:guid}", Get).WithName("GetSubscription").WithSummary("One of the caller's own subscriptions");
        own.MapDelete("/{id:guid}", Delete).WithName("DeleteSubscription").WithSummary("Ends one of the caller's own subscriptions");

        routes
            .MapGet("/api/tideway/v1/subscriptions/all", ListAll)
            .WithTags("Subscriptions")
            .WithName("ListAllSubscriptions")
            .WithSummary("The subscriptions of all recipients")
            .RequireRoles(Roles.OutboundOperator);
    }

    private static async Task<Results<Created<Subscription>, Ok<Subscription>, ProblemHttpResult>> Create(
        SubscriptionRequest request,
        HttpContext context,
        ShareStore shares,
        EndpointPolicy policy,
        WebhookHandshake handshake,
        SubscriptionStore store,
        CancellationToken cancellationToken
    )
    {
        var recipient = RecipientCaller.Of(context);
        if (policy.Parse(request.Endpoint, out var fault) is not { } endpoint)
            return Problems.Invalid(fault!);
        if (request.FindFault() is { } nameFault)
            return Problems.Invalid(nameFault);
        // A share that is not granted answers like one that is not there.
        if (await shares.FindGrantedShareAsync(recipient.Id, request.Share!, cancellationToken) is not { } share)
            return Problems.NotFound("SHARE_DOES_NOT_EXIST", $"Share '{request.Share}' does not exist.");
        (string, string)? table = null;
        if (request.Table is not null)
        {
            if (await shares.FindGrantedTableAsync(recipient.Id, request.Share!, request.Schema!, request.Table, cancellationToken) is not { } granted)
                return Problems.NotFound("TABLE_DOES_NOT_EXIST", $"Table '{request.Share}.{request.Schema}.{request.Table}' does not exist.");
            table = (granted.SchemaName, granted.TableName);
        }

        if (await handshake.RefusalAsync(endpoint, cancellationToken) is { } refusal)
            return Problems.Invalid(refusal);
        if (await store.PutAsync(recipient, endpoint, share, table, cancellationToken) is not var (subscription, created))
            return Problems.Of(
                StatusCodes.Status400BadRequest,
                "RESOURCE_LIMIT_EXCEEDED",
                "The recipient has as many subscriptions as it may; delete one first."
            );
        return created ? TypedResults.Created($"/api/tideway/v1/subscriptions/{subscription.Id}", subscription) : TypedResults.Ok(subscription);
    }

    private static async Task<Results<Ok<SubscriptionPage>, ProblemHttpResult>> List(
        HttpContext context,
        SubscriptionStore store,
        int? max_results,
        string? page_token,
        CancellationToken cancellationToken
    )
    {
        if (PageRequest.Read(max_results, page_token, out var page) is { } problem)
            return problem;
        return TypedResults.Ok(SubscriptionPage.Of(await store.ListAsync(RecipientCaller.Of(context).Id, page, cancellationToken), page.Limit));
    }

    private static async Task<Results<Ok<Subscription>, ProblemHttpResult>> Get(
        Guid id,
        HttpContext context,
        SubscriptionStore store,
        CancellationToken cancellationToken
    ) => await store.FindAsync(RecipientCaller.Of(context).Id, id, cancellationToken) is { } subscription ? TypedResults.Ok(subscription) : NoSuch(id);

    private static async Task<Results<NoContent, ProblemHttpResult>> Delete(
        Guid id,
        HttpContext context,
        SubscriptionStore store,
        CancellationToken cancellationToken
    ) => await store.DeleteAsync(RecipientCaller.Of(context), id, cancellationToken) ? TypedResults.NoContent() : NoSuch(id);

    private static async Task<Results<Ok<SubscriptionPage>, ProblemHttpResult>> ListAll(
        SubscriptionStore store,
        string? recipient_name,
        string? share,
        string? state,
        int? max_results,
        string? page_token,
        CancellationToken cancellationToken
    )
    {
        if (PageRequest.Read(max_results, page_token, out var page) is { } problem)
            return problem;
        SubscriptionState? wanted = null;
        if (state is not null)
        {
            if (!Enum.TryParse<SubscriptionState>(state, ignoreCase: true, out var parsed) || !Enum.IsDefined(parsed))
                return Problems.Invalid($"state: expected ACTIVE, FAILING or DISABLED, got '{state}'.");
            wanted = parsed;
        }

        return TypedResults.Ok(SubscriptionPage.Of(await store.ListAllAsync(recipient_name, share, wanted, page, cancellationToken), page.Limit));
    }

    private static ProblemHttpResult NoSuch(Guid id) => Problems.NotFound("SUBSCRIPTION_DOES_NOT_EXIST", $"Subscription '{id}' does not exist.");
}
