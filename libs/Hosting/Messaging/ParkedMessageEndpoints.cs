using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Tideway.Hosting.Identity;
using Tideway.Hosting.Web;

namespace Tideway.Hosting.Messaging;

/// <summary>Looking after messages that a consumer could not handle: see them, have them handled again, drop them. For administrators.</summary>
internal static class ParkedMessageEndpoints
{
    private const int DefaultResults = 500;
    private const int MostResults = 1000;

    public static void MapParkedMessages(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/tideway/v1/parked-messages/{service}").RequireRoles(Roles.Admin).WithTags("parked-messages");
        group.MapGet("", ListAsync).WithName("listParkedMessages");
        group.MapPost("/{id:guid}/replay", ReplayAsync).WithName("replayParkedMessage");
        group.MapDelete("/{id:guid}", DropAsync).WithName("dropParkedMessage");
    }

    private static async Task<Results<Ok<Page>, ProblemHttpResult>> ListAsync(
        string service,
        ParkedMessages messages,
        CancellationToken cancellationToken,
        int max_results = 0,
        string? page_token = null
    )
    {
        if (messages.DatabaseOf(service) is not { } database)
            return NoService(service);
        if (max_results is < 0 or > MostResults)
            return Problems.Invalid($"max_results: expected 0 to {MostResults}, got {max_results}.");
        Guid? after = null;
        if (!string.IsNullOrEmpty(page_token))
        {
            if (!Guid.TryParse(page_token, out var last))
                return Problems.Invalid($"page_token: expected the next_page_token of an earlier answer, got '{page_token}'.");
            after = last;
        }

        var limit = max_results == 0 ? DefaultResults : max_results;
        var found = await ParkedMessages.ListAsync(database, after, limit + 1, cancellationToken);
        var shown = found.Take(limit).ToList();
        return TypedResults.Ok(new Page([.. shown.Select(Shown.Of)], found.Count > limit ? shown[^1].ParkedId.ToString() : null));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> ReplayAsync(
        string service,
        Guid id,
        ParkedMessages messages,
        CancellationToken cancellationToken
    )
    {
        if (messages.DatabaseOf(service) is not { } database)
            return NoService(service);
        return await messages.ReplayAsync(database, id, cancellationToken) switch
        {
            (ReplayOutcome.Replayed, _) => TypedResults.NoContent(),
            (ReplayOutcome.NotFound, _) => NoMessage(service, id),
            (ReplayOutcome.NoConsumer, var consumer) => Problems.Conflict(
                "RESOURCE_DOES_NOT_EXIST",
                $"The consumer {consumer} of message {id} is not part of {service} any more."
            ),
            var (_, reason) => Problems.Conflict("REPLAY_FAILED", $"Message {id} failed again and stays parked: {reason}"),
        };
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> DropAsync(
        string service,
        Guid id,
        ParkedMessages messages,
        CancellationToken cancellationToken
    )
    {
        if (messages.DatabaseOf(service) is not { } database)
            return NoService(service);
        return await ParkedMessages.DropAsync(database, id, cancellationToken) ? TypedResults.NoContent() : NoMessage(service, id);
    }

    private static ProblemHttpResult NoService(string service) =>
        Problems.NotFound("RESOURCE_DOES_NOT_EXIST", $"There is no service {service} in this process.");

    private static ProblemHttpResult NoMessage(string service, Guid id) =>
        Problems.NotFound("RESOURCE_DOES_NOT_EXIST", $"{service} has no parked message {id}.");

    /// <summary>Oldest first; without <c>next_page_token</c> at the end.</summary>
    internal sealed record Page(IReadOnlyList<Shown> ParkedMessages, string? NextPageToken);

    /// <summary>A parked message; times are milliseconds since 1970.</summary>
    internal sealed record Shown(
        Guid ParkedId,
        Guid MessageId,
        string Consumer,
        string EventType,
        JsonElement Event,
        string Reason,
        int Attempts,
        long CreatedAt,
        long ParkedAt
    )
    {
        public static Shown Of(ParkedMessage message) =>
            new(
                message.ParkedId,
                message.MessageId,
                message.Consumer,
                message.Type.Split(',')[0],
                JsonElement.Parse(message.Body),
                message.Reason,
                message.Attempts,
                message.CreatedAt.ToUnixTimeMilliseconds(),
                message.ParkedAt.ToUnixTimeMilliseconds()
            );
    }
}
