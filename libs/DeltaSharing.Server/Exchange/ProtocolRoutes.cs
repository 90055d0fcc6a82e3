using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Server.Access;
using Tideway.DeltaSharing.Server.Answers;

namespace Tideway.DeltaSharing.Server.Exchange;

/// <summary>Maps the routes of the sharing protocol.</summary>
public static class ProtocolRoutes
{
    /// <summary>
    /// A group whose endpoints are calls of the protocol: each is given a request id, authenticated by the registered
    /// <see cref="Authentication.IRecipientAuthenticator"/>, limited to a body of 1 MiB, recorded in <typeparamref name="TAccessLog"/> before its
    /// answer leaves, and answers every failure in the protocol's way. Endpoints return the results of <c>Answers</c>.
    /// </summary>
    /// <typeparam name="TAccessLog">The registered log of the service that owns the group.</typeparam>
    public static RouteGroupBuilder MapDeltaSharing<TAccessLog>(this IEndpointRouteBuilder routes, [StringSyntax("Route")] string prefix)
        where TAccessLog : class, IProtocolAccessLog
    {
        var group = routes.MapGroup(prefix);
        ((IEndpointConventionBuilder)group).Finally(endpoint =>
        {
            if (endpoint.RequestDelegate is { } handler)
                endpoint.RequestDelegate = new ProtocolPipeline<TAccessLog>(handler).InvokeAsync;
        });
        return group;
    }

    /// <summary>
    /// A call that reads: GET, and HEAD, which gets the same headers and no body. The results of <c>Answers</c> see to that; what an endpoint makes only for the body
    /// it may leave out where <see cref="ProtocolExchange.IsHead"/>.
    /// </summary>
    public static RouteHandlerBuilder MapRead(this IEndpointRouteBuilder group, [StringSyntax("Route")] string pattern, Delegate handler) =>
        group.MapMethods(pattern, [HttpMethods.Get, HttpMethods.Head], handler);

    /// <summary>Says what access records call an endpoint: one of <see cref="ProtocolActions"/>.</summary>
    public static TBuilder WithProtocolAction<TBuilder>(this TBuilder endpoint, string action)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new ProtocolAction(action));

    /// <summary>
    /// Answers whatever else is asked below the group's prefix, or at <paramref name="pattern"/>, with the protocol's 404, or 405 where the path has other methods.
    /// All below the prefix is for the service that owns it; another names the paths that are its own. The framework's own 405 would come before the caller is
    /// authenticated and recorded, and does not come at all beside a route that takes every method.
    /// </summary>
    public static IEndpointConventionBuilder MapUnknownCalls(this RouteGroupBuilder group, [StringSyntax("Route")] string pattern = "{**call}")
    {
        // All endpoints are mapped by the time of the first call.
        KnownPaths? known = null;
        return group
            .MapFallback(pattern, (HttpContext context, EndpointDataSource endpoints) => Refuse(context.Request, known ??= new KnownPaths(endpoints)))
            .WithProtocolAction(ProtocolActions.Unknown);
    }

    private static ProtocolRefusal Refuse(HttpRequest request, KnownPaths known)
    {
        var methods = known.MethodsOf(request.Path);
        return methods.Count == 0 || methods.Contains(request.Method, StringComparer.OrdinalIgnoreCase)
            ? new ProtocolRefusal(404, ErrorCodes.ResourceDoesNotExist, $"There is no call {request.Method} {request.Path} in this protocol.")
            : ProtocolRefusals.MethodNotAllowed(request, string.Join(", ", methods));
    }
}
