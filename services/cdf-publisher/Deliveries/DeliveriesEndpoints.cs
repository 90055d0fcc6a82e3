using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Tideway.Hosting.Identity;
using Tideway.Hosting.Web;

namespace Tideway.CdfPublisher.Deliveries;

/// <summary>The outbound operator sees what was sent, what fails and why, and sends again.</summary>
internal static class DeliveriesEndpoints
{
    public static void MapDeliveries(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/tideway/v1/deliveries").WithTags("Deliveries").RequireRoles(Roles.OutboundOperator);
        group.MapGet("/", List).WithName("ListDeliveries").WithSummary("Deliveries, newest first");
        group.MapGet("/{id:guid}", Get).WithName("GetDelivery").WithSummary("One delivery");
        group.MapPost("/{id:guid}/replay", Replay).WithName("ReplayDelivery").WithSummary("Sends a delivery that was done with again");
    }

    private static async Task<Results<Ok<DeliveryPage>, ProblemHttpResult>> List(
        [AsParameters] DeliveryQuery query,
        DeliveryBook book,
        CancellationToken cancellationToken
    )
    {
        if (PageRequest.Read(query.MaxResults, query.PageToken, out var page) is { } problem)
            return problem;
        if (query.Table is not null && query.Schema is null || query.Schema is not null && query.Share is null)
            return Problems.Invalid("share, schema, table: expected the names from the share on, got a name without the one before it.");
        DeliveryState? state = null;
        if (query.State is not null)
        {
            if (!Enum.TryParse<DeliveryState>(query.State, ignoreCase: true, out var parsed) || !Enum.IsDefined(parsed))
                return Problems.Invalid($"state: expected PENDING, DELIVERED, FAILED, CANCELLED or MERGED, got '{query.State}'.");
            state = parsed;
        }

        var filter = new DeliveryFilter(query.SubscriptionId, query.RecipientName, state, query.Share, query.Schema, query.Table);
        return TypedResults.Ok(DeliveryPage.Of(await book.ListAsync(filter, page, cancellationToken), page.Limit));
    }

    private static async Task<Results<Ok<Delivery>, ProblemHttpResult>> Get(Guid id, DeliveryBook book, CancellationToken cancellationToken) =>
        await book.FindAsync(id, cancellationToken) is { } delivery ? TypedResults.Ok(delivery) : NoSuch(id);

    private static async Task<Results<Accepted<Delivery>, ProblemHttpResult>> Replay(Guid id, DeliveryBook book, CancellationToken cancellationToken)
    {
        var replayed = await book.ReplayAsync(id, cancellationToken);
        if (await book.FindAsync(id, cancellationToken) is not { } delivery)
            return NoSuch(id);
        return replayed
            ? TypedResults.Accepted($"/api/tideway/v1/deliveries/{id}", delivery)
            : Problems.Conflict(
                "INVALID_STATE",
                $"Delivery '{id}': expected DELIVERED, FAILED or CANCELLED and a subscription that is not DISABLED; it is {delivery.State.ToString().ToUpperInvariant()}."
            );
    }

    private static ProblemHttpResult NoSuch(Guid id) => Problems.NotFound("DELIVERY_DOES_NOT_EXIST", $"Delivery '{id}' does not exist.");

    private sealed record DeliveryQuery(
        [FromQuery(Name = "subscription_id")] Guid? SubscriptionId,
        [FromQuery(Name = "recipient_name")] string? RecipientName,
        [FromQuery(Name = "state")] string? State,
        [FromQuery(Name = "share")] string? Share,
        [FromQuery(Name = "schema")] string? Schema,
        [FromQuery(Name = "table")] string? Table,
        [FromQuery(Name = "max_results")] int? MaxResults,
        [FromQuery(Name = "page_token")] string? PageToken
    );
}
