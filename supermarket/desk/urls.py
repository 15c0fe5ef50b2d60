from django.urls import path

from supermarket.desk.views import deliveries, drafts, home, money, payouts, policies, run_steps, runs, steps, users

app_name = "desk"
VERSION = "policies/<slug:code>/<int:number>/"
RUN = "runs/<int:pk>/"
urlpatterns = [
    path("", home.home, name="home"),
    path("policies/", policies.policies, name="policies"),
    path("policies/new/", drafts.new, name="policy-new"),
    path("policies/<slug:code>/", policies.policy, name="policy"),
    path("policies/<slug:code>/edit/", drafts.edit, name="policy-edit"),
    path(f"{VERSION}yaml/", drafts.export, name="version-export"),
    path(f"{VERSION}submit/", steps.submit, name="version-submit"),
    path(f"{VERSION}return/", steps.send_back, name="version-return"),
    path(f"{VERSION}publish/", steps.publish, name="version-publish"),
    path(f"{VERSION}discard/", steps.discard, name="version-discard"),
    path(f"{VERSION}propose-withdrawal/", steps.withdrawal_propose, name="version-withdrawal-propose"),
    path(f"{VERSION}withdraw/", steps.withdraw, name="version-withdraw"),
    path("deliveries/", deliveries.deliveries, name="deliveries"),
    path("deliveries/new/", deliveries.new, name="delivery-new"),
    path("deliveries/<int:pk>/", deliveries.delivery, name="delivery"),
    path("deliveries/<int:pk>/rejected.csv", deliveries.rejected, name="delivery-rejects"),
    path("deliveries/<int:pk>/withdraw/", deliveries.withdraw, name="delivery-withdraw"),
    path("runs/", runs.runs, name="runs"),
    path("runs/new/", runs.new, name="run-new"),
    path(RUN, runs.run, name="run"),
    path(f"{RUN}list/", runs.export, name="run-export"),
    path(f"{RUN}decide/", run_steps.decide, name="run-decide"),
    path(f"{RUN}approve/", run_steps.approve, name="run-approve"),
    path(f"{RUN}release/", run_steps.release, name="run-release"),
    path(f"{RUN}remind/", run_steps.remind, name="run-remind"),
    path(f"{RUN}pause/", run_steps.pause, name="run-pause"),
    path(f"{RUN}resume/", run_steps.resume, name="run-resume"),
    path(f"{RUN}supplement/", run_steps.supplement, name="run-supplement"),
    path(f"{RUN}cancel/", run_steps.cancel, name="run-cancel"),
    path("payouts/", payouts.payouts, name="payouts"),
    path("payouts/<int:pk>/", payouts.payout, name="payout"),
    path("payouts/<int:pk>/release/", payouts.release, name="payout-release"),
    path("payouts/<int:pk>/hold/", payouts.hold, name="payout-hold"),
    path("payouts/<int:pk>/give-up/", payouts.give_up, name="payout-give-up"),
    path("alarms/<int:pk>/resolve/", payouts.alarm_resolve, name="alarm-resolve"),
    path("money/", money.money, name="money"),
    path("users/", users.users, name="users"),
]
