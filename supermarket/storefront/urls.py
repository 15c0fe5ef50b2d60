from django.urls import path

from supermarket.storefront.views import account, claims, inbox, lookup, my, notices, policies, session

urlpatterns = [
    path("", lookup.home, name="home"),
    path("search/", lookup.search, name="search"),
    path("shelf/<slug:code>/", lookup.shelf, name="shelf"),
    path("calculator/<slug:audience>/", lookup.calculator, name="calculator"),
    path("policies/", policies.policies, name="policies"),
    path("policies/<slug:code>/", policies.policy, name="policy"),
    path("my/", my.my, name="my"),
    path("my/inbox/", inbox.inbox, name="my-inbox"),
    path("my/inbox/read/", inbox.read, name="my-inbox-read"),
    path("my/inbox/address/", inbox.address, name="my-inbox-address"),
    path("my/<slug:code>/", my.shelf, name="my-shelf"),
    path("my/<slug:code>/data/", my.data, name="my-data"),
    path("my/<slug:code>/data/dispute/", my.dispute, name="my-dispute"),
    path("my/<slug:code>/account/", account.account, name="my-account"),
    path("my/<slug:code>/apply/", claims.apply, name="my-apply"),
    path("my/<slug:code>/claims/", claims.claims, name="my-claims"),
    path("my/<slug:code>/claims/<int:claim>/", claims.claim, name="my-claim"),
    path("my/<slug:code>/claims/<int:claim>/confirm/", claims.confirm, name="my-claim-confirm"),
    path("my/<slug:code>/claims/<int:claim>/waive/", claims.waive, name="my-claim-waive"),
    path("my/<slug:code>/claims/<int:claim>/resubmit/", claims.resubmit, name="my-claim-resubmit"),
    path("my/<slug:code>/claims/<int:claim>/withdraw/", claims.withdraw, name="my-claim-withdraw"),
    path("notices/", notices.notices, name="notices"),
    path("notices/objection/<int:claim>/", notices.objection, name="objection"),
    path("notices/<slug:code>/<slug:period>/", notices.notice, name="notice"),
    path("sign-in/", session.SignIn.as_view(), name="sign-in"),
    path("sign-out/", session.SignOut.as_view(), name="sign-out"),
    path("language/", session.language, name="language"),
    path("health/", session.health, name="health"),
]
