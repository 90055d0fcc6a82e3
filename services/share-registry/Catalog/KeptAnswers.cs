using Tideway.DeltaSharing.Server.Answers;
using Tideway.DeltaSharing.Server.Exchange;

namespace Tideway.ShareRegistry.Catalog;

/// <summary>Answers a call as it was answered before, where the catalog has not changed since. Each call is authenticated and recorded all the same.</summary>
internal sealed class KeptAnswers(CatalogMemory memory) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var request = context.HttpContext.Request;
        var key = new Key(ProtocolExchange.Of(context.HttpContext).Recipient.Id, request.Path.Value ?? "", request.QueryString.Value ?? "");
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

    // Texts and not paths: a path equals another by rules of case that are not those of names.
    private sealed record Key(Guid RecipientId, string Path, string Query)
    {
        public int Length => Path.Length + Query.Length;
    }
}
