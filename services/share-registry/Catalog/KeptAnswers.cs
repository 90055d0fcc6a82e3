using Tideway.DeltaSharing.Server.Answers;
using Tideway.DeltaSharing.Server.Exchange;

namespace Tideway.ShareRegistry.Catalog;

/// <summary>Answers a call as it was answered before, where the catalog has not changed since. Each call is authenticated and recorded all the same.</summary>
internal sealed class KeptAnswers(CatalogMemory memory) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var request = context.HttpContext.Request;
        var key = new Key(ProtocolExchange.Of(context.HttpContext).Recipient.Id, request.Path, request.QueryString);
        object? other = null;
        var answer = await memory.GetAsync(
            key,
            async () =>
            {
                other = await next(context);
                return other as JsonAnswer;
            },
            found => found.Length + (2L * key.Length),
            context.HttpContext.RequestAborted
        );
        return answer ?? other;
    }

    private sealed record Key(Guid RecipientId, PathString Path, QueryString Query)
    {
        public int Length => (Path.Value?.Length ?? 0) + (Query.Value?.Length ?? 0);
    }
}
