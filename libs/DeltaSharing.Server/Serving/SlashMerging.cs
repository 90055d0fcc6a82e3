using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Tideway.DeltaSharing.Server.Serving;

/// <summary>
/// Makes several slashes in a row one, below the protocol's path: clients put one before the paths of their calls though the address in the profile ends with one.
/// Files are left alone, as their addresses are signed.
/// </summary>
internal sealed class SlashMerging : IStartupFilter
{
    /// <inheritdoc />
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) =>
        app =>
        {
            app.Use(
                (context, following) =>
                {
                    Merge(context.Request);
                    return following(context);
                }
            );
            next(app);
        };

    private static void Merge(HttpRequest request)
    {
        if (
            request.Path.Value is { } path
            && path.Contains("//", StringComparison.Ordinal)
            && request.Path.StartsWithSegments("/delta-sharing", StringComparison.OrdinalIgnoreCase)
        )
            request.Path = '/' + string.Join('/', path.Split('/', StringSplitOptions.RemoveEmptyEntries));
    }
}
