using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Template;

namespace Tideway.DeltaSharing.Server.Exchange;

/// <summary>Which methods the paths of a process have.</summary>
internal sealed class KnownPaths
{
    private readonly List<(TemplateMatcher Path, IReadOnlyList<string> Methods)> paths = [];

    public KnownPaths(EndpointDataSource endpoints)
    {
        foreach (var endpoint in endpoints.Endpoints.OfType<RouteEndpoint>())
        {
            if (endpoint.Metadata.GetMetadata<IHttpMethodMetadata>() is { HttpMethods: { Count: > 0 } methods })
                paths.Add((new TemplateMatcher(new RouteTemplate(endpoint.RoutePattern), []), methods));
        }
    }

    /// <summary>The methods of a path in alphabetical order; none where there is no such path.</summary>
    public IReadOnlyList<string> MethodsOf(PathString path) =>
        [
            .. paths
                .Where(known => known.Path.TryMatch(path, []))
                .SelectMany(known => known.Methods)
                .Distinct(StringComparer.OrdinalIgnoreCase)
                .Order(StringComparer.Ordinal),
        ];
}
