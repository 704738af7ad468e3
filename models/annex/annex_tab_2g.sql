{{ annex_tab_2(['residence_status']) }}
