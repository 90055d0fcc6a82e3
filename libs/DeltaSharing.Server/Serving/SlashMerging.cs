using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Tideway.DeltaSharing.Server.Serving;

/// <summary>
/// Takes several slashes after the protocol's path for one: clients put one before the paths of their calls though the address in the profile ends with one. What
/// follows, such as the path of a file, is left as it is.
/// </summary>
internal sealed class SlashMerging : IStartupFilter
{
    private const string Prefix = "/delta-sharing";

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
        if (request.Path.Value is { } path && path.StartsWith(Prefix + "//", StringComparison.OrdinalIgnoreCase))
            request.Path = string.Concat(path.AsSpan(0, Prefix.Length + 1), path.AsSpan(Prefix.Length).TrimStart('/'));
    }
}
